import type { TcpNetConnectOpts } from 'node:net';
import { type ClientOutput, type ClientSettings, type Phase, TlsClient } from './client.ts';
import type { Ending } from './ending.ts';
import { PatientSocket } from './patient-socket.ts';
import type { Session } from './session.ts';
import { Trickle, type TricklePace } from './trickle.ts';

export type ConnectOptions = ClientSettings & {
  /** An IP address: no name is looked up within an attempt. */
  host: string;
  port: number;
  /** Source address; default the operating system's choice. */
  localAddress?: string;
  /** Writes a few bytes at a time, whatever is said; default everything at once. */
  trickle?: TricklePace;
};

/** Called synchronously from the socket's callbacks. `onEnd` comes once, last, whatever happens. */
export type ConnectionEvents = {
  onApplicationData(bytes: Uint8Array, connection: Connection): void;
  onSession?: ((session: Session, connection: Connection) => void) | undefined;
  onEnd(ending: Ending, connection: Connection): void;
};

/** All sockets of a thread read into one buffer: it is taken apart before the read callback returns. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/**
 * One TCP connection with TLS 1.3 on it, started at once. No timeout of its own: whoever waits decides how long.
 * Times are performance.now() milliseconds, 0 until then.
 */
export class Connection {
  readonly startedAt: number;
  tcpConnectedAt = 0;
  /** The handshake: its times, what was negotiated, bytes sent and received. */
  readonly tls: TlsClient;
  private readonly socket: PatientSocket;
  private readonly trickle: Trickle | undefined;

  constructor(options: ConnectOptions, events: ConnectionEvents) {
    const { onSession } = events;
    const trickle = options.trickle && new Trickle(options.trickle, (bytes) => this.socket.write(bytes));
    this.trickle = trickle;
    const output: ClientOutput = {
      transmit: (bytes) => {
        if (trickle === undefined) this.socket.write(bytes);
        else trickle.push(bytes);
      },
      onApplicationData: (bytes) => events.onApplicationData(bytes, this),
      onSession: onSession && ((session) => onSession.call(events, session, this)),
      ended: (ending) => {
        trickle?.stop();
        // What was written (an alert, a close_notify) goes out first; a peer that has gone needs nothing more.
        // A write that the kernel took at once needs no waiting for, and closing says FIN as well as shutting down does.
        if (this.socket.writableLength === 0) this.socket.destroy();
        else this.socket.destroySoon();
        events.onEnd(ending, this);
      },
    };
    const tls = new TlsClient(options, output);
    this.tls = tls;
    this.startedAt = performance.now();
    const tcp: TcpNetConnectOpts = {
      host: options.host,
      port: options.port,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      autoSelectFamily: false,
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          tls.receive(readBuffer.subarray(0, length));
          return true;
        },
      },
    };
    const socket = new PatientSocket(tcp);
    this.socket = socket;
    socket.connect(tcp);
    socket.on('connect', () => {
      this.tcpConnectedAt = performance.now();
      tls.start();
    });
    socket.on('end', () => tls.transportClosed());
    socket.on('close', () => tls.transportClosed());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? 'UNKNOWN';
      tls.transportFailed(failureEnding(this.tcpConnectedAt > 0, code, error.message));
    });
    // The key share is made while TCP connects.
    tls.prepare();
  }

  get phase(): Phase {
    return this.tls.phase;
  }

  /** Bytes written to the TCP connection so far. */
  get bytesSent(): number {
    return this.trickle?.written ?? this.tls.bytesSent;
  }

  /** Application data, after the handshake. @throws WireError NOT_OPEN */
  write(bytes: Uint8Array): void {
    this.tls.write(bytes);
  }

  /** close_notify and FIN, with `last` before them in the same write; ends as `local-close`. */
  close(last?: Uint8Array): void {
    this.tls.close(last);
  }

  /** Gone at once, without close_notify; ends as `local-close`. */
  destroy(): void {
    this.tls.abandon();
    this.socket.destroy();
  }
}

/** Too few descriptors, ports or memory are our own trouble and say nothing about the server. */
const ownTrouble = new Set([
  'EMFILE',
  'ENFILE',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'ENOBUFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
]);

function failureEnding(connected: boolean, code: string, reason: string): Ending {
  if (ownTrouble.has(code)) return { kind: 'local-error', code, reason };
  return connected ? { kind: 'reset', code } : { kind: 'connect-failed', code };
}

/**
 * Connects. Identity, trust and offer are prepared before the clock starts; see prepareIdentity, prepareTrust, prepareOffer.
 * @throws what node:net throws for a port or an address that cannot be; all else comes as an ending
 * @example
 * connect(
 *   { host: '127.0.0.1', port: 8883, identity, trust, offer, applicationData: mqttConnect },
 *   { onApplicationData: (bytes, connection) => connection.close(), onEnd: (ending) => console.log(ending.kind) },
 * );
 */
export function connect(options: ConnectOptions, events: ConnectionEvents): Connection {
  return new Connection(options, events);
}
