import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { MqttClient, connect as mqttConnect, Packet } from 'mqtt';
import { generate, parser } from 'mqtt-packet';
import type { Agreements } from '../../metrics/agreement.ts';
import type { Outcome } from '../../metrics/recorder.ts';
import { classifyError, type SocketError } from '../classify.ts';
import { protocolLevel } from '../mqtt-version.ts';
import { accepted, closed, connackRefused } from '../outcomes.ts';
import type { AttemptListener, Connection, Destination, SessionListener } from './driver.ts';
import { noConnack } from './mqtt-bytes.ts';
import { type MqttjsWho, openMqttjs } from './mqttjs-stream.ts';
import { agreementOf, bytesOnWire, groupOf, readBeforeDying } from './tls-sockets.ts';

/** What all attempts of a driver share. */
export type MqttjsShared = { connect: typeof mqttConnect; verifyServer: boolean; agreements: Agreements };

/** What an attempt needs of its client. */
export type MqttjsClientSide = MqttjsWho & {
  readonly resumes: boolean;
  /** The newest session ticket, kept where the client is to resume. */
  ticket: Buffer | undefined;
};

/** How long a client that wants a ticket stays for one after its CONNACK, where none came with it. */
const ticketWaitMs = 50;

/** One client object of MQTT.js, from its making to the end of its connection. */
export class MqttjsAttempt implements Connection {
  readonly #mqtt: MqttClient;
  readonly #socket: Socket;
  readonly #client: MqttjsClientSide;
  readonly #listener: AttemptListener;
  /** Told its outcome, or told to stop: whatever happens now is no news. */
  #over = false;
  /** Who listens once the client has its CONNACK and stays. */
  #session: SessionListener | undefined;
  #orders: ReturnType<typeof parser> | undefined;
  readonly #offered: Buffer | undefined;
  #resumed = false;
  #ticketCame = false;
  #leave: NodeJS.Timeout | undefined;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(
    shared: MqttjsShared,
    client: MqttjsClientSide,
    to: Destination,
    listener: AttemptListener,
    offerTicket: boolean,
  ) {
    this.#client = client;
    this.#listener = listener;
    this.#offered = offerTicket ? client.ticket : undefined;
    const { mqtt, socket } = openMqttjs(client, to, {
      ...shared,
      ticket: this.#offered,
      unusable: (outcome) => this.#fail(outcome),
    });
    this.#mqtt = mqtt;
    this.#socket = socket;
    readBeforeDying(socket, this);
    mqtt.on('packetreceive', (packet) => this.#received(packet));
    mqtt.once('connect', () => this.#connected());
    // What the socket has to say is told by the socket; what is left are answers that MQTT.js cannot read or does not bear.
    mqtt.on('error', (error) => {
      if (typeof (error as { code?: unknown }).code !== 'string') this.#fail(noConnack);
    });
    if (to.transport === 'tcp') {
      socket.once('connect', () => {
        listener.connected(performance.now());
        listener.secured(performance.now(), undefined);
      });
    } else this.#watchTls(socket as TLSSocket, shared.agreements);
    socket.on('error', (error: SocketError) => this.#fail(classifyError(error, listener.phase)));
    socket.once('end', () => this.#fail(closed));
    socket.once('close', () => {
      clearTimeout(this.#leave);
      this.#end(closed);
      listener.closed();
    });
  }

  get isOver(): boolean {
    return this.#over;
  }

  #watchTls(socket: TLSSocket, agreements: Agreements): void {
    const { fragment } = this.#client.tls;
    if (fragment !== undefined) socket.setMaxSendFragment(fragment);
    // Before Node's own listener, which makes and sends the ClientHello: that is the handshake's time.
    socket.prependOnceListener('connect', () => this.#listener.connected(performance.now()));
    socket.once('secureConnect', () => {
      const now = performance.now();
      this.#resumed = socket.isSessionReused();
      const group = groupOf(socket.getEphemeralKeyInfo());
      this.#listener.secured(now, agreementOf(agreements, socket, group, this.#resumed, this.#offered));
    });
    if (!this.#client.resumes) return;
    socket.on('session', (session: Buffer) => {
      this.#client.ticket = session;
      this.#ticketCame = true;
      if (this.#leave !== undefined) this.#goodbye();
    });
  }

  destroy(): void {
    this.countBytes();
    this.#over = true;
    this.#session = undefined;
    this.#socket.destroy();
  }

  /** Packets of a held session go out as MQTT.js sends them: with its packet ids, its acknowledgements and its pings beside. */
  write(packets: Buffer): void {
    if (this.#session === undefined) return;
    if (this.#orders === undefined) {
      this.#orders = parser({ protocolVersion: protocolLevel(this.#client.mqttVersion) });
      this.#orders.on('packet', (packet: Packet) => this.#send(packet));
    }
    this.#orders.parse(packets);
  }

  close(): void {
    if (this.#session === undefined) return;
    this.#session = undefined;
    this.#mqtt.end();
  }

  #send(packet: Packet): void {
    if (packet.cmd === 'pingreq') this.#mqtt.sendPing();
    else if (packet.cmd === 'subscribe')
      this.#mqtt.subscribe(
        packet.subscriptions.map(({ topic }) => topic),
        { qos: 1 },
      );
    else if (packet.cmd === 'publish') {
      const { topic, payload, qos, messageId } = packet;
      this.#mqtt.publish(topic, payload, { qos }, (error) => {
        if (qos === 0 || messageId === undefined) return;
        const code = (error as { code?: unknown } | undefined)?.code;
        // An error without a reason code is the end of the connection, which is told by itself.
        if (!error) this.#tell({ cmd: 'puback', messageId });
        else if (typeof code === 'number') this.#tell({ cmd: 'puback', messageId, reasonCode: code });
      });
    }
  }

  /** PUBACK comes with the packet id of MQTT.js and is told with ours, in `#send`. */
  #received(packet: Packet): void {
    if (this.#over) {
      if (packet.cmd !== 'puback') this.#tell(packet);
    } else if (packet.cmd === 'connack') {
      const code = packet.reasonCode ?? packet.returnCode ?? 0;
      this.#end(code === 0 ? accepted : connackRefused(code));
    } else this.#fail(noConnack);
  }

  #tell(packet: Packet): void {
    this.#session?.received(generate(packet, { protocolVersion: protocolLevel(this.#client.mqttVersion) }));
  }

  /** MQTT.js is ready for its application: now it can be told to leave. */
  #connected(): void {
    if (this.#session !== undefined || this.#socket.destroyed) return;
    if (this.#client.resumes && !this.#ticketCame && !this.#resumed)
      this.#leave = setTimeout(() => this.#goodbye(), ticketWaitMs);
    else this.#goodbye();
  }

  #goodbye(): void {
    clearTimeout(this.#leave);
    this.#leave = undefined;
    this.#mqtt.end();
  }

  #fail(outcome: Outcome): void {
    this.#end(outcome);
    this.#socket.destroy();
  }

  #end(outcome: Outcome): void {
    if (this.#over) {
      const session = this.#session;
      this.#session = undefined;
      session?.lost();
      return;
    }
    const atMs = performance.now();
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
