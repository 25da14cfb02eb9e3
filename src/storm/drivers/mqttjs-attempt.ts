import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { MqttClient, connect as mqttConnect, Packet } from 'mqtt';
import type { Agreements } from '../../metrics/agreement.ts';
import { accepted, connackRefused } from '../outcomes.ts';
import type { AttemptListener, Connection, Destination } from './driver.ts';
import type { TicketHolder } from './driver-attempt.ts';
import { noConnack } from './mqtt-bytes.ts';
import { MqttjsSession } from './mqttjs-session.ts';
import { type MqttjsWho, openMqttjs } from './mqttjs-stream.ts';
import { SocketAttempt } from './socket-attempt.ts';
import { agreementOf, groupOf } from './tls-sockets.ts';

/** What all attempts of a driver share. */
export type MqttjsShared = { connect: typeof mqttConnect; verifyServer: boolean; agreements: Agreements };

/** What an attempt needs of its client. */
export type MqttjsClientSide = MqttjsWho & TicketHolder<Buffer>;

/** One client object of MQTT.js, from its making to the end of its connection. */
export class MqttjsAttempt extends SocketAttempt<MqttjsClientSide> implements Connection {
  protected readonly socket: Socket;
  readonly #mqtt: MqttClient;
  #held: MqttjsSession | undefined;

  constructor(
    { connect, verifyServer, agreements }: MqttjsShared,
    client: MqttjsClientSide,
    to: Destination,
    listener: AttemptListener,
    offerTicket: boolean,
  ) {
    super(client, listener, offerTicket);
    const { mqtt, socket } = openMqttjs(client, to, {
      connect,
      verifyServer,
      ticket: this.offered,
      unusable: (outcome) => this.fail(outcome),
    });
    this.#mqtt = mqtt;
    this.socket = socket;
    mqtt.on('packetreceive', (packet) => this.#received(packet));
    mqtt.once('connect', () => this.#ready());
    // What the socket has to say is told by the socket; what is left are answers that MQTT.js cannot read or does not bear.
    mqtt.on('error', (error) => {
      if (typeof (error as { code?: unknown }).code !== 'string') this.fail(noConnack);
    });
    if (to.transport === 'tcp') this.watchTcp(socket);
    else {
      const tls = socket as TLSSocket;
      this.watchTls(
        tls,
        () => this.#secured(tls, agreements),
        (ticket) => this.keepTicket(ticket),
      );
    }
    this.watch();
  }

  write(packets: Buffer): void {
    if (this.session !== undefined) this.#talk().write(packets);
  }

  close(): void {
    if (this.endSession()) this.#mqtt.end();
  }

  protected disconnect(): void {
    this.#mqtt.end();
  }

  #secured(socket: TLSSocket, agreements: Agreements): void {
    const now = performance.now();
    this.resumed = socket.isSessionReused();
    const group = groupOf(socket.getEphemeralKeyInfo());
    this.listener.secured(now, agreementOf(agreements, socket, group, this.resumed, this.offered));
  }

  #received(packet: Packet): void {
    if (this.over) {
      if (this.session !== undefined) this.#talk().take(packet);
    } else if (packet.cmd === 'connack') {
      const code = packet.reasonCode ?? packet.returnCode ?? 0;
      this.end(code === 0 ? accepted : connackRefused(code));
    } else this.fail(noConnack);
  }

  #talk(): MqttjsSession {
    this.#held ??= new MqttjsSession(this.#mqtt, this.client.mqttVersion, (bytes) =>
      this.session?.received(bytes),
    );
    return this.#held;
  }

  /** MQTT.js has taken its CONNACK in: now it can be told to leave. */
  #ready(): void {
    if (this.session === undefined && !this.socket.destroyed) this.leaveWithTicket();
  }
}
