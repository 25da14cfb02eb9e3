import type { BrokerConfig } from '../config.ts';

/** A way of checking who sends CONNECT: one file, one line in `index.ts`. */
export type ConnectAuth = {
  name: string;
  /** Reads what it needs. Throws BrokerError with a sentence for the user. */
  open(config: BrokerConfig): Promise<ConnectGuard>;
};

export type ConnectGuard = {
  /** A plain value where nothing has to be waited for: the hot path of `none` makes no promise. */
  verify(attempt: ConnectAttempt): ConnackCode | Promise<ConnackCode>;
  close(): Promise<void>;
};

export type ConnectAttempt = {
  clientId: string;
  userName: string | null;
  password: Buffer | null;
  /** True once the client has left: whatever is still queued for it need not be done. */
  gone(): boolean;
};

/** Accepted, server unavailable, bad user name or password, not authorized (MQTT 3.1.1, 3.2.2.3). */
export type ConnackCode = 0 | 3 | 4 | 5;
