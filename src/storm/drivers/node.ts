import { isIP, type TcpNetConnectOpts } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  TLSSocket,
} from 'node:tls';
import type { Outcome } from '../../metrics/recorder.ts';
import type { Identity } from '../../pki/identity.ts';
import { classifyError, type SocketError } from '../classify.ts';
import { closed, localError } from '../outcomes.ts';
import type {
  AttemptListener,
  Client,
  Connection,
  Destination,
  DriverKind,
  DriverOptions,
} from './driver.ts';
import { connectBytes, disconnectBytes, readConnack } from './mqtt-bytes.ts';
import { pem } from './pem.ts';
import { ServerIdentity } from './server-identity.ts';

/**
 * `tls.connect` with what costs CPU and tells a storm nothing left out: one SecureContext for each identity for the whole run, the
 * server's name compared once for each certificate, one read buffer, and a key share for X25519 alone (P-256 and P-384 stay on offer; a
 * server that wants one of them asks with a HelloRetryRequest).
 */
export const nodeDriver: DriverKind = {
  name: 'node',
  lies: [],
  open(options) {
    const shared: Shared = {
      options,
      serverIdentity: options.verifyServer ? new ServerIdentity() : undefined,
      readBuffer: new Uint8Array(16 * 1024),
    };
    let bare: SecureContext | undefined;
    return {
      prepare(identity, { clientId, password }) {
        if (identity.key === null) bare ??= secureContext(identity, options);
        const context = identity.key === null ? bare : undefined;
        return new NodeClient(
          shared,
          context ?? secureContext(identity, options),
          connectBytes(clientId, identity.clientId, password),
        );
      },
    };
  },
};

type Shared = {
  options: DriverOptions;
  serverIdentity: ServerIdentity | undefined;
  readBuffer: Uint8Array;
};

const groups = 'X25519:P-256:P-384';

function secureContext({ key, chain }: Identity, { serverCa, verifyServer }: DriverOptions): SecureContext {
  return createSecureContext({
    // Without `ca` each context would hold the system's whole root store.
    ca: verifyServer ? serverCa : [],
    ecdhCurve: groups,
    ...(key === null
      ? {}
      : { key: pem('PRIVATE KEY', key), cert: chain.map((der) => pem('CERTIFICATE', der)).join('') }),
  });
}

class NodeClient implements Client {
  readonly #shared: Shared;
  readonly #context: SecureContext;
  readonly #connect: Buffer;

  constructor(shared: Shared, context: SecureContext, connect: Buffer) {
    this.#shared = shared;
    this.#context = context;
    this.#connect = connect;
  }

  attempt(to: Destination, listener: AttemptListener): Connection {
    return new NodeAttempt(this.#shared, this.#context, this.#connect, to, listener);
  }
}

// Node asks for these after each handshake: 0.2 ms for answers that nobody reads here.
const noPeerCertificate = (): null => null;
const noKeyInfo = (): Record<string, never> => ({});
const noIdentityCheck = (): undefined => undefined;

class NodeAttempt implements Connection {
  readonly #socket: TLSSocket;
  readonly #listener: AttemptListener;
  /** Told its outcome, or told to stop: whatever happens now is no news. */
  #over = false;
  #writeFailed = false;
  #partial: Buffer | undefined;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(
    shared: Shared,
    context: SecureContext,
    packet: Buffer,
    to: Destination,
    listener: AttemptListener,
  ) {
    this.#listener = listener;
    const options: ConnectionOptions & TcpNetConnectOpts = {
      host: to.ip,
      port: to.port,
      secureContext: context,
      rejectUnauthorized: shared.serverIdentity !== undefined,
      checkServerIdentity: noIdentityCheck,
      noDelay: true,
      onread: {
        buffer: shared.readBuffer,
        callback: (length, buffer) => this.#read(buffer.subarray(0, length)),
      },
      // RFC 6066, 3: a server name is a DNS name.
      ...(isIP(to.serverName) === 0 ? { servername: to.serverName } : {}),
      ...(to.sourceAddress === undefined ? {} : { localAddress: to.sourceAddress }),
    };
    const socket = connect(options);
    this.#socket = socket;
    socket.getPeerCertificate = noPeerCertificate as unknown as TLSSocket['getPeerCertificate'];
    socket.getEphemeralKeyInfo = noKeyInfo as TLSSocket['getEphemeralKeyInfo'];
    socket.destroy = (error?: Error): TLSSocket => this.#destroyed(error);
    // Before Node's own listener, which makes and sends the ClientHello: that is the handshake's time.
    socket.prependOnceListener('connect', () => listener.connected(performance.now()));
    socket.once('secureConnect', () => this.#secured(shared.serverIdentity, to.serverName, packet));
    socket.on('error', (error: SocketError) => this.#fail(classifyError(error, listener.phase)));
    socket.once('end', () => this.#fail(closed));
    socket.once('close', () => {
      this.#end(closed);
      listener.closed();
    });
  }

  destroy(): void {
    this.#countBytes();
    this.#over = true;
    this.#socket.destroy();
  }

  #secured(identity: ServerIdentity | undefined, serverName: string, packet: Buffer): void {
    const now = performance.now();
    const stranger = identity?.check(this.#socket, serverName);
    if (stranger !== undefined) {
      this.#fail(localError(stranger), now);
      return;
    }
    this.#listener.secured(now);
    if (!this.#over) this.#socket.write(packet);
  }

  #read(bytes: Uint8Array): boolean {
    if (this.#over) return true;
    const now = performance.now();
    const sofar: Uint8Array = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const outcome = readConnack(sofar);
    if (outcome === undefined) {
      // The read buffer is everybody's: what must wait for more is copied.
      this.#partial = Buffer.from(sofar);
      return true;
    }
    this.#end(outcome, now);
    // MQTT 3.1.1, 3.14.4: a client says DISCONNECT, then closes. After a refusal there is no session to end.
    if (outcome.kind === 'accepted') this.#socket.end(disconnectBytes);
    else this.#socket.end();
    return true;
  }

  /** Node leaves a socket open that received an alert after its handshake. */
  #fail(outcome: Outcome, atMs?: number): void {
    this.#end(outcome, atMs);
    this.#socket.destroy();
  }

  #end(outcome: Outcome, atMs = performance.now()): void {
    if (this.#over) return;
    this.#countBytes();
    this.#over = true;
    this.#listener.ended(outcome, atMs);
  }

  /**
   * Stands before the socket's own `destroy`, which Node calls on whatever error comes first. Where a server sends an alert and closes
   * before this client has written, the first error is the failed write (EPIPE, ECONNRESET) and the alert lies unread in the receive
   * queue. Two turns of the event loop are enough to read what the kernel already holds.
   */
  #destroyed(error: SocketError | undefined): TLSSocket {
    if (error?.syscall === 'write' && !this.#over && !this.#writeFailed) {
      this.#writeFailed = true;
      setImmediate(() => setImmediate(() => this.#socket.destroy(error)));
      return this.#socket;
    }
    this.#countBytes();
    return TLSSocket.prototype.destroy.call(this.#socket, error);
  }

  /** While the socket still has its handle: afterwards nobody knows. */
  #countBytes(): void {
    const tcp = (this.#socket as SocketWithHandle)._handle?._parent;
    if (tcp === undefined || this.#over) return;
    this.bytesSent = tcp.bytesWritten;
    this.bytesReceived = tcp.bytesRead;
  }
}

/** A TLSSocket counts the bytes within TLS; those on the wire are counted by the TCP handle below it. */
type SocketWithHandle = TLSSocket & {
  _handle?: { _parent?: { bytesRead: number; bytesWritten: number } } | null;
};
