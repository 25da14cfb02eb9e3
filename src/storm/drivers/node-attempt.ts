import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type SecureContext, TLSSocket } from 'node:tls';
import type { Agreements } from '../../metrics/agreement.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { closed, httpRefused, localError } from '../outcomes.ts';
import type { TlsOrder } from '../tls-order.ts';
import type { AttemptListener, Connection, Destination } from './driver.ts';
import type { TicketHolder } from './driver-attempt.ts';
import { ConnackReader, disconnectBytes } from './mqtt-bytes.ts';
import type { ServerIdentity } from './server-identity.ts';
import { offerOf, SocketAttempt } from './socket-attempt.ts';
import { agreementOf, groupOf } from './tls-sockets.ts';
import { closeFrame, frame, mqttPath, WebSocketFraming } from './websocket.ts';

/** What all attempts of a driver share. */
export type NodeShared = {
  /** Undefined where any server will do. */
  serverIdentity: ServerIdentity | undefined;
  readBuffer: Uint8Array;
  agreements: Agreements;
};

/** What an attempt needs of its client. */
export type NodeClientSide = TicketHolder<Buffer> & {
  readonly context: SecureContext;
  readonly connectPacket: Buffer;
  readonly mqttVersion: MqttVersion;
  readonly tls: TlsOrder;
};

// Node asks for these after each handshake: 0.2 ms for answers that nobody reads here.
const noPeerCertificate = (): null => null;
const noIdentityCheck = (): undefined => undefined;

export class NodeAttempt extends SocketAttempt<NodeClientSide> implements Connection {
  protected readonly socket: Socket;
  /** Undefined where MQTT goes bare. */
  readonly #framing: WebSocketFraming | undefined;
  readonly #connack = new ConnackReader();
  /** Whether the server has been found to be the one that is meant, where that is asked at all. */
  #believed = false;
  /** A ticket that came before: TLS 1.2 has it in the handshake. */
  #early: Buffer | undefined;

  constructor(
    shared: NodeShared,
    client: NodeClientSide,
    to: Destination,
    listener: AttemptListener,
    offerTicket: boolean,
  ) {
    super(client, listener, offerTicket);
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
    if (to.transport === 'tcp') {
      this.socket = connectTcp(options);
      this.watchTcp(this.socket, () => this.#open());
    } else this.socket = this.#overTls(options, shared, to.serverName);
    this.watch();
  }

  #overTls(tcp: TcpNetConnectOpts, shared: NodeShared, serverName: string): TLSSocket {
    const { context, tls } = this.client;
    const options: ConnectionOptions & TcpNetConnectOpts = {
      ...offerOf(tls, serverName, this.offered),
      ...tcp,
      secureContext: context,
      // Judged when the handshake is done, by `ServerIdentity`.
      rejectUnauthorized: false,
      checkServerIdentity: noIdentityCheck,
    };
    const socket = connectTls(options);
    socket.getPeerCertificate = noPeerCertificate as unknown as TLSSocket['getPeerCertificate'];
    let group = 'none';
    // Node asks for this once, as the handshake ends: what it is told is kept.
    socket.getEphemeralKeyInfo = () => {
      const info = TLSSocket.prototype.getEphemeralKeyInfo.call(socket);
      group = groupOf(info);
      return info;
    };
    this.watchTls(
      socket,
      () => this.#secured(socket, shared, serverName, group),
      (ticket) => this.#ticketCame(ticket),
    );
    return socket;
  }

  /** A stranger's ticket, offered again, would let him resume what nobody has looked at. */
  #ticketCame(ticket: Buffer): void {
    if (this.#believed) this.keepTicket(ticket);
    else this.#early = ticket;
  }

  write(packets: Buffer): void {
    if (this.session !== undefined) this.socket.write(this.#framed(packets));
  }

  close(last: Buffer): void {
    if (this.endSession()) this.#closeWith(last);
  }

  protected disconnect(): void {
    this.#closeWith(disconnectBytes);
  }

  #closeWith(last: Buffer): void {
    if (this.#framing === undefined) this.socket.end(last);
    else this.socket.end(Buffer.concat([frame(last), closeFrame()]));
  }

  #framed(packets: Buffer): Buffer {
    return this.#framing === undefined ? packets : frame(packets);
  }

  /** The way to the broker is there: CONNECT, or what goes before it. */
  #open(): void {
    this.socket.write(this.#framing?.opening ?? this.client.connectPacket);
  }

  #secured(
    socket: TLSSocket,
    { serverIdentity, agreements }: NodeShared,
    serverName: string,
    group: string,
  ): void {
    const now = performance.now();
    const resumed = socket.isSessionReused();
    this.resumed = resumed;
    // A session comes from a server that was looked at when it was new, and is offered to no other.
    const stranger = resumed ? undefined : serverIdentity?.check(socket, serverName);
    if (stranger !== undefined) {
      this.fail(localError(stranger), now);
      return;
    }
    this.#believed = true;
    if (this.#early !== undefined) this.keepTicket(this.#early);
    this.listener.secured(now, agreementOf(agreements, socket, group, resumed, this.offered));
    if (!this.over) this.#open();
  }

  #read(bytes: Uint8Array): boolean {
    if (this.#framing === undefined) this.#packets(bytes);
    else this.#unframe(this.#framing, bytes);
    return true;
  }

  #unframe(framing: WebSocketFraming, bytes: Uint8Array): void {
    const end = framing.take(bytes, {
      upgraded: () => {
        if (!this.over) this.socket.write(frame(this.client.connectPacket));
      },
      data: (payload) => this.#packets(payload),
      reply: (pong) => {
        if (this.socket.writable) this.socket.write(pong);
      },
    });
    if (end === undefined) return;
    if (end.kind === 'closed') this.fail(closed);
    else if (end.kind === 'status') this.fail(httpRefused(end.status));
    else this.fail(localError(end.reason));
  }

  /** MQTT packets, or parts of them. */
  #packets(bytes: Uint8Array): void {
    if (this.over) {
      this.session?.received(bytes);
      return;
    }
    const now = performance.now();
    const connack = this.#connack.take(bytes, this.client.mqttVersion);
    if (connack === undefined) return;
    const { outcome, rest } = connack;
    this.end(outcome, now);
    if (outcome.kind === 'accepted') this.goOn(rest);
    else this.socket.end();
  }
}
