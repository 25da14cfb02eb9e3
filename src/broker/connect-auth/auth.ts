import type { BrokerConfig, BrokerSettings } from '../config.ts';
import type { DatabaseProbe } from './database/database-kind.ts';

/** A way of checking who sends CONNECT: one file, one line in `index.ts`. */
export type ConnectAuth = {
  name: string;
  /** Makes what the broker will look users up in, before it starts. Left out where nothing is looked up. Throws BrokerError. */
  prepare?(order: PrepareOrder): Promise<Prepared>;
  /** Reads what it needs. Throws BrokerError with a sentence for the user. */
  open(config: BrokerConfig): Promise<ConnectGuard>;
};

export type PrepareOrder = {
  users: { clientIds: readonly string[]; password: string };
  /** Absolute; a folder of this broker's own, mode 0700. */
  workDir: string;
  settings: BrokerSettings;
};

export type Prepared = Pick<BrokerConfig, 'usersFile' | 'userTable'> & {
  /** What the database says of itself while the broker asks it; null where it has no process of its own. */
  probe: DatabaseProbe | null;
  /** Takes away what the broker's folder does not hold. Once the broker has ended. */
  remove(): Promise<void>;
};

export type ConnectGuard = {
  /** A plain value where nothing has to be waited for: the hot path of `none` makes no promise. */
  verify(attempt: ConnectAttempt): ConnectAnswer | Promise<ConnectAnswer>;
  close(): Promise<void>;
};

export type ConnectAttempt = {
  clientId: string;
  userName: string | null;
  password: Buffer | null;
  /** True once the client has left: whatever is still queued for it need not be done. */
  gone(): boolean;
};

/** A bare code where nothing more is to be said. */
export type ConnectAnswer = ConnackCode | { code: ConnackCode; cause?: string; grants?: Grants };

/** Accepted, server unavailable, bad user name or password, not authorized (MQTT 3.1.1, 3.2.2.3). */
export type ConnackCode = 0 | 3 | 4 | 5;

/** Topic filters (MQTT 3.1.1, 4.7) that a session may publish below and subscribe to. */
export type Grants = { publish: readonly string[]; subscribe: readonly string[] };
