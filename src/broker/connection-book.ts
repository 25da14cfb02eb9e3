import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Admission } from './admission.ts';
import type { ConnectionLedger } from './ledger.ts';
import { abandonment, tlsRefusal, type Verdict } from './verdict.ts';

type Connection = { socket: Socket; source: string; stage: 'handshake' | 'connect'; settled: Verdict | null };

/**
 * Sees to it that each accepted TCP connection is settled exactly once: by the first verdict that anyone passes on it, and at the latest
 * when its socket has closed.
 */
export class ConnectionBook {
  readonly #ledger: ConnectionLedger;
  readonly #admission: Admission | null;
  /** By the TCP socket, and after the handshake by the streams over it too; taken out when the TCP socket closes. */
  readonly #connections = new Map<Duplex, Connection>();

  constructor(ledger: ConnectionLedger, admission: Admission | null = null) {
    this.#ledger = ledger;
    this.#admission = admission;
  }

  /** The peer's address is read now: a destroyed socket has none. */
  open(socket: Socket): void {
    const connection: Connection = {
      socket,
      source: sourceOf(socket.remoteAddress),
      stage: 'handshake',
      settled: null,
    };
    this.#connections.set(socket, connection);
    this.#ledger.open();
    // Node reports a failed handshake only after the close of the TCP socket, hence the extra turn.
    socket.once('close', () => setImmediate(() => this.#closed(connection)));
    const refusal = this.#admission?.refusal(socket) ?? null;
    if (refusal === null) return;
    this.#settle(connection, tlsRefusal(refusal));
    // Whoever else hears of this connection finds it whole; nothing that the client sent has been read by then.
    process.nextTick(() => socket.destroy());
  }

  /** The handshake is done and the certificate has verified; what follows is between the client and the MQTT layer. */
  enterConnect(socket: TLSSocket | Socket): void {
    const carrier = socket instanceof TLSSocket ? underneath(socket) : socket;
    const connection = this.#connections.get(carrier);
    if (connection === undefined) return;
    connection.stage = 'connect';
    this.#admission?.handshakeOver(connection.socket);
    this.carry(carrier, socket);
  }

  /** A stream that is the same connection as `carrier`, which it goes over. */
  carry(carrier: Duplex, stream: Duplex): void {
    const connection = this.#connections.get(carrier);
    if (connection === undefined || stream === carrier) return;
    this.#connections.set(stream, connection);
    stream.once('close', () => this.#connections.delete(stream));
  }

  settleHandshake(tlsSocket: TLSSocket, verdict: Verdict): void {
    this.settle(underneath(tlsSocket), verdict);
  }

  settle(socket: Duplex, verdict: Verdict): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) this.#settle(connection, verdict);
  }

  /** A session was refused what it wanted to do: it no longer counts as accepted, but as refused for the first such thing. */
  refuseOperation(socket: Duplex, verdict: Verdict): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.settled?.layer === verdict.layer) return;
    if (connection.settled === null) this.#ledger.settle(connection.source, verdict);
    else this.#ledger.resettle(connection.source, connection.settled, verdict);
    connection.settled = verdict;
  }

  destroyAll(): void {
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #settle(connection: Connection, verdict: Verdict): void {
    if (connection.settled !== null) return;
    connection.settled = verdict;
    this.#ledger.settle(connection.source, verdict);
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection.socket);
    this.#settle(connection, abandonment(`${connection.stage}-closed`));
  }
}

/**
 * The TCP socket under a TLS socket of tls.Server, known to Node as `_parent` and without a public name. When a failed handshake is
 * reported the TLS socket is destroyed and has no peer address left to find it by.
 */
function underneath(tlsSocket: TLSSocket): Duplex {
  const parent: unknown = Reflect.get(tlsSocket, '_parent');
  if (parent instanceof Socket) return parent;
  throw new Error(`Node ${process.version} does not say which TCP socket a TLS socket belongs to`);
}

/** First three octets of an IPv4 address (also when mapped into IPv6); the whole of any other. */
function sourceOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const ipv4 = address.startsWith('::ffff:') ? address.slice(7) : address;
  return /^\d+\.\d+\.\d+\.\d+$/.test(ipv4) ? ipv4.slice(0, ipv4.lastIndexOf('.')) : address;
}
