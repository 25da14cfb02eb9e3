import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';
import type { Agreements } from '../../metrics/agreement.ts';
import type { Outcome } from '../../metrics/recorder.ts';
import { classifyError, type SocketError } from '../classify.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { closed, httpRefused, localError } from '../outcomes.ts';
import type { TlsOrder } from '../tls-order.ts';
import type { AttemptListener, Connection, Destination, SessionListener } from './driver.ts';
import { disconnectBytes, readConnack } from './mqtt-bytes.ts';
import type { ServerIdentity } from './server-identity.ts';
import { agreementOf, bytesOnWire, groupOf, readBeforeDying } from './tls-sockets.ts';
import { closeFrame, frame, mqttPath, WebSocketFraming } from './websocket.ts';

/** What all attempts of a driver share. */
export type NodeShared = {
  /** Undefined where any server will do. */
  serverIdentity: ServerIdentity | undefined;
  readBuffer: Uint8Array;
  agreements: Agreements;
};

/** What an attempt needs of its client. */
export type NodeClientSide = {
  readonly context: SecureContext;
  readonly connectPacket: Buffer;
  readonly mqttVersion: MqttVersion;
  /** The newest session ticket, kept where the client is to resume. */
  ticket: Buffer | undefined;
  readonly resumes: boolean;
  readonly tls: TlsOrder;
};

/** How long a client that wants a ticket stays for one after its CONNACK, where none came with it. */
const ticketWaitMs = 50;

// Node asks for these after each handshake: 0.2 ms for answers that nobody reads here.
const noPeerCertificate = (): null => null;
const noIdentityCheck = (): undefined => undefined;

export class NodeAttempt implements Connection {
  readonly #socket: Socket;
  /** Undefined where MQTT goes bare. */
  readonly #framing: WebSocketFraming | undefined;
  readonly #client: NodeClientSide;
  readonly #listener: AttemptListener;
  #resumed = false;
  /** Told its outcome, or told to stop: whatever happens now is no news. */
  #over = false;
  #partial: Buffer | undefined;
  /** Who listens once the client has its CONNACK and stays. */
  #session: SessionListener | undefined;
  /** The ticket that was offered, until it has proved itself. */
  #offered: Buffer | undefined;
  #ticketCame = false;
  /** Whether the server has been found to be the one that is meant, where that is asked at all. */
  #believed = false;
  /** A ticket that came before: TLS 1.2 has it in the handshake. */
  #early: Buffer | undefined;
  #leave: NodeJS.Timeout | undefined;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(
    shared: NodeShared,
    client: NodeClientSide,
    to: Destination,
    listener: AttemptListener,
    offerTicket: boolean,
  ) {
    this.#listener = listener;
    this.#client = client;
    this.#offered = offerTicket ? client.ticket : undefined;
    if (to.transport === 'wss') this.#framing = new WebSocketFraming(to.serverName, to.port, mqttPath);
    const options: TcpNetConnectOpts = {
      host: to.ip,
      port: to.port,
      noDelay: true,
      onread: {
        buffer: shared.readBuffer,
        callback: (length, buffer) => this.#read(buffer.subarray(0, length)),
      },
      ...(to.sourceAddress === undefined ? {} : { localAddress: to.sourceAddress }),
    };
    const socket = to.transport === 'tcp' ? this.#overTcp(options) : this.#overTls(options, shared, to);
    this.#socket = socket;
    readBeforeDying(socket, this);
    socket.on('error', (error: SocketError) => this.#fail(classifyError(error, listener.phase)));
    socket.once('end', () => this.#fail(closed));
    socket.once('close', () => {
      clearTimeout(this.#leave);
      this.#end(closed);
      listener.closed();
    });
  }

  #overTcp(options: TcpNetConnectOpts): Socket {
    const socket = connectTcp(options);
    socket.once('connect', () => {
      const now = performance.now();
      this.#listener.connected(now);
      this.#listener.secured(now, undefined);
      if (!this.#over) this.#open();
    });
    return socket;
  }

  #overTls(tcp: TcpNetConnectOpts, shared: NodeShared, { serverName }: Destination): TLSSocket {
    const client = this.#client;
    const { alpn, sni = serverName, fragment } = client.tls;
    const options: ConnectionOptions & TcpNetConnectOpts = {
      ...tcp,
      secureContext: client.context,
      ...(this.#offered === undefined ? {} : { session: this.#offered }),
      // Judged when the handshake is done, by `ServerIdentity`.
      rejectUnauthorized: false,
      checkServerIdentity: noIdentityCheck,
      ...(alpn === undefined ? {} : { ALPNProtocols: alpn }),
      // RFC 6066, 3: a server name is a DNS name.
      ...(sni !== null && isIP(sni) === 0 ? { servername: sni } : {}),
    };
    const socket = connectTls(options);
    if (fragment !== undefined) socket.setMaxSendFragment(fragment);
    socket.getPeerCertificate = noPeerCertificate as unknown as TLSSocket['getPeerCertificate'];
    let group = 'none';
    // Node asks for this once, as the handshake ends: what it is told is kept.
    socket.getEphemeralKeyInfo = () => {
      const info = TLSSocket.prototype.getEphemeralKeyInfo.call(socket);
      group = groupOf(info);
      return info;
    };
    // Before Node's own listener, which makes and sends the ClientHello: that is the handshake's time.
    socket.prependOnceListener('connect', () => this.#listener.connected(performance.now()));
    socket.once('secureConnect', () => this.#secured(socket, shared, serverName, group));
    if (client.resumes) socket.on('session', (session: Buffer) => this.#keep(session));
    return socket;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** A stranger's ticket, offered again, would let him resume what nobody has looked at. */
  #keep(ticket: Buffer): void {
    if (!this.#believed) {
      this.#early = ticket;
      return;
    }
    this.#client.ticket = ticket;
    this.#ticketCame = true;
    if (this.#leave !== undefined) this.#goodbye();
  }

  destroy(): void {
    this.countBytes();
    this.#over = true;
    this.#session = undefined;
    this.#socket.destroy();
  }

  write(packets: Buffer): void {
    if (this.#session !== undefined) this.#socket.write(this.#framed(packets));
  }

  close(last: Buffer): void {
    if (this.#session === undefined) return;
    this.#session = undefined;
    this.#bye(last);
  }

  #bye(last: Buffer): void {
    if (this.#framing === undefined) this.#socket.end(last);
    else this.#socket.end(Buffer.concat([frame(last), closeFrame()]));
  }

  #framed(packets: Buffer): Buffer {
    return this.#framing === undefined ? packets : frame(packets);
  }

  /** The way to the broker is there: CONNECT, or what goes before it. */
  #open(): void {
    this.#socket.write(this.#framing?.opening ?? this.#client.connectPacket);
  }

  #secured(
    socket: TLSSocket,
    { serverIdentity, agreements }: NodeShared,
    serverName: string,
    group: string,
  ): void {
    const now = performance.now();
    const resumed = socket.isSessionReused();
    if (resumed) this.#resumed = true;
    // A session comes from a server that was looked at when it was new, and is offered to no other.
    const stranger = resumed ? undefined : serverIdentity?.check(socket, serverName);
    if (stranger !== undefined) {
      this.#fail(localError(stranger), now);
      return;
    }
    this.#believed = true;
    if (this.#early !== undefined) this.#keep(this.#early);
    this.#listener.secured(now, agreementOf(agreements, socket, group, resumed, this.#offered));
    if (!this.#over) this.#open();
  }

  #read(bytes: Uint8Array): boolean {
    if (this.#framing === undefined) this.#packets(bytes);
    else this.#unframe(this.#framing, bytes);
    return true;
  }

  #unframe(framing: WebSocketFraming, bytes: Uint8Array): void {
    const end = framing.take(bytes, {
      upgraded: () => {
        if (!this.#over) this.#socket.write(frame(this.#client.connectPacket));
      },
      data: (payload) => this.#packets(payload),
      reply: (pong) => {
        if (this.#socket.writable) this.#socket.write(pong);
      },
    });
    if (end === undefined) return;
    if (end.kind === 'closed') this.#fail(closed);
    else if (end.kind === 'status') this.#fail(httpRefused(end.status));
    else this.#fail(localError(end.reason));
  }

  /** MQTT packets, or parts of them. */
  #packets(bytes: Uint8Array): void {
    if (this.#over) {
      this.#session?.received(bytes);
      return;
    }
    const now = performance.now();
    const sofar: Uint8Array = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const connack = readConnack(sofar, this.#client.mqttVersion);
    if (connack === undefined) {
      // The read buffer is everybody's: what must wait for more is copied.
      this.#partial = Buffer.from(sofar);
      return;
    }
    this.#partial = undefined;
    const { outcome, end } = connack;
    this.#end(outcome, now);
    if (outcome.kind !== 'accepted') this.#socket.end();
    else if (this.#session !== undefined) {
      if (sofar.length > end) this.#session.received(sofar.subarray(end));
    } else if (this.#client.resumes && !this.#ticketCame && !this.#resumed)
      this.#leave = setTimeout(() => this.#goodbye(), ticketWaitMs);
    else this.#goodbye();
  }

  /** MQTT 3.1.1, 3.14.4: a client says DISCONNECT, then closes. After a refusal there would be no session to end. */
  #goodbye(): void {
    clearTimeout(this.#leave);
    this.#leave = undefined;
    this.#bye(disconnectBytes);
  }

  /** Node leaves a socket open that received an alert after its handshake. */
  #fail(outcome: Outcome, atMs?: number): void {
    this.#end(outcome, atMs);
    this.#socket.destroy();
  }

  #end(outcome: Outcome, atMs = performance.now()): void {
    if (this.#over) {
      const session = this.#session;
      this.#session = undefined;
      session?.lost();
      return;
    }
    this.countBytes();
    this.#over = true;
    const useless = !this.#resumed || outcome.kind !== 'accepted';
    if (useless && this.#offered !== undefined && this.#client.ticket === this.#offered)
      this.#client.ticket = undefined;
    this.#session = this.#listener.ended(outcome, atMs);
  }

  countBytes(): void {
    const bytes = this.#over ? undefined : bytesOnWire(this.#socket);
    if (bytes === undefined) return;
    this.bytesSent = bytes.bytesWritten;
    this.bytesReceived = bytes.bytesRead;
  }
}
