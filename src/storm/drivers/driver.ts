import type { Agreement } from '../../metrics/agreement.ts';
import type { Outcome } from '../../metrics/recorder.ts';
import type { Identity } from '../../pki/identity.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import type { SlowOrder } from '../slow-order.ts';
import type { TlsOrder } from '../tls-order.ts';

/** TLS, WebSocket over TLS, or plain TCP. */
export type Transport = 'tls' | 'wss' | 'tcp';

/** A way to make an attempt: one file, one line in `index.ts`. */
export type DriverKind = {
  name: string;
  /** What its clients can be told to do wrong in the handshake, by name; empty where they know only right. */
  lies: readonly string[];
  /** Whether its clients can stop half-way or write by the byte; left out where they can't. */
  slow?: true;
  /** Which of its `lies` are messages in a wrong order; left out where there are none. */
  messageOrders?: readonly MessageOrder[];
  /** What its clients can speak MQTT over. */
  transports: readonly Transport[];
  /** Once for each worker. Throws when these options cannot be met. */
  open(options: DriverOptions): Driver;
};

/** `clause`: where RFC 8446 forbids it. */
export type MessageOrder = { name: string; description: string; clause: string };

export type DriverOptions = {
  /** PEM roots trusted for the server. */
  serverCa: string;
  /** False: any server will do, as most load generators have it. */
  verifyServer: boolean;
  /** Whether each attempt makes its own key share, as real clients do, or takes one that was made before. */
  keyShares: 'fresh' | 'pooled';
};

export type Driver = {
  /**
   * Connections of it own memory outside of V8's heap (an OpenSSL session is 50 kB), which therefore sees no reason to collect for thousands
   * of attempts: it is made to, after each round. Left out where there is none to speak of.
   */
  hidesMemory?: true;
  /** Told before a round's clock starts: attempts will be at a server of this name. */
  expect?(serverName: string): void;
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
  /** One of the kind's `lies`; null for an honest client. */
  lie: string | null;
  /** Keep-alive in seconds that CONNECT asks for; default 60. */
  keepAliveS?: number;
  /** Default 3.1.1. */
  mqttVersion?: MqttVersion | undefined;
  tls?: TlsOrder | undefined;
  slow?: SlowOrder | undefined;
  /** Whether the client keeps session tickets, so that `attempt` can offer one; default false. */
  resumes?: boolean;
};

export type Client = {
  readonly clientId: string;
  /**
   * Starts one attempt and returns at once; everything else is told to `listener`. May throw, when nothing was started. `offerTicket`:
   * offers the newest session ticket that it was given, where it has one. It is offered again until a newer one comes, as OpenSSL's and
   * mbed TLS's clients do and against the advice of RFC 8446, appendix C.4: Node's server gives no new ticket to a client that resumed.
   * One that was of no use (no resumption, or a refusal) is dropped.
   */
  attempt(to: Destination, listener: AttemptListener, offerTicket?: boolean): Connection;
  forgetTicket(): void;
};

export type Destination = {
  /** An IP address: names are resolved before the clock starts. */
  ip: string;
  port: number;
  /** Default `tls`. */
  transport?: Transport;
  /** Expected in the server's certificate. */
  serverName: string;
  /** Undefined leaves the source address to the operating system. */
  sourceAddress: string | undefined;
};

/**
 * What a driver tells of an attempt. `ended` is told at most once, and not at all after `destroy()`; `closed` always, once, last, never
 * before the call that caused it has returned: then the identity may be used again. Times are `performance.now()` at the moment the event
 * was seen; those before `ended` may be told late, but at the latest before `ended` or within `destroy()`.
 */
export type AttemptListener = {
  /** TCP is up. */
  connected(atMs: number): void;
  /** The server has answered the key exchange; not told by drivers that cannot see it. */
  serverHello(atMs: number): void;
  /** The server's side of the handshake is done and found good; not told by drivers that cannot see it. */
  serverFinished(atMs: number): void;
  /** The client's side of the handshake is done, and what was agreed on. Over plain TCP: there is none to wait for, and undefined. */
  secured(atMs: number, agreement: Agreement | undefined): void;
  /** Returns who listens from now on, where the client is to stay connected after its CONNACK; else the driver closes the connection. */
  ended(outcome: Outcome, atMs: number): SessionListener | undefined;
  closed(): void;
  /** How far the attempt has come, by what was told so far. */
  readonly phase: 'tcp-connect' | 'tls-handshake' | 'connack';
};

/** What a driver tells of a connection that is held. Nothing any more after `close()` or `destroy()`; `closed` of the attempt comes last. */
export type SessionListener = {
  /** Bytes of MQTT packets; a view that is good during the call only. */
  received(bytes: Uint8Array): void;
  /** The connection has ended otherwise than by `close()` or `destroy()`: told once. */
  lost(): void;
};

export type Connection = {
  /** Drops the connection at once. */
  destroy(): void;
  /** Sends MQTT packets, while it is held. */
  write(packets: Buffer): void;
  /** Sends this and closes in good order, while it is held. */
  close(last: Buffer): void;
  /** Bytes on the TCP connection so far. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
};
