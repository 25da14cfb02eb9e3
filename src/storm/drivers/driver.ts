import type { Outcome } from '../../metrics/recorder.ts';
import type { Identity } from '../../pki/identity.ts';

/** A way to make an attempt: one file, one line in `index.ts`. */
export type DriverKind = {
  name: string;
  /** Once for each worker. */
  open(options: DriverOptions): Driver;
};

export type DriverOptions = {
  /** PEM roots trusted for the server. */
  serverCa: string;
  /** False: any server will do, as most load generators have it. */
  verifyServer: boolean;
};

export type Driver = {
  /**
   * Does everything for one client that does not belong into the measured window. Throws when this driver cannot present the identity:
   * a certificate that it cannot load, a key that is not the certificate's.
   */
  prepare(identity: Identity, connect: ConnectOptions): Client;
};

export type ConnectOptions = {
  clientId: string;
  /** Sent with the identity's name as user name; null sends neither. */
  password: string | null;
};

export type Client = {
  /** Starts one attempt and returns at once; everything else is told to `listener`. May throw, when nothing was started. */
  attempt(to: Destination, listener: AttemptListener): Connection;
};

export type Destination = {
  /** An IP address: names are resolved before the clock starts. */
  ip: string;
  port: number;
  /** Expected in the server's certificate. */
  serverName: string;
  /** Undefined leaves the source address to the operating system. */
  sourceAddress: string | undefined;
};

/**
 * What a driver tells of an attempt. `ended` is told at most once, and not at all after `destroy()`; `closed` always, once, last: then
 * the identity may be used again. Times are `performance.now()` at the moment the event was seen.
 */
export type AttemptListener = {
  /** TCP is up. */
  connected(atMs: number): void;
  /** The client's side of the handshake is done. */
  secured(atMs: number): void;
  ended(outcome: Outcome, atMs: number): void;
  closed(): void;
  /** How far the attempt has come, by what was told so far. */
  readonly phase: 'tcp-connect' | 'tls-handshake' | 'connack';
};

export type Connection = {
  /** Drops the connection at once. */
  destroy(): void;
  /** Bytes on the TCP connection so far. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
};
