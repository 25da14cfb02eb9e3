import type { MqttClient, Packet } from 'mqtt';
import { generate, type Parser, parser } from 'mqtt-packet';
import { type MqttVersion, protocolLevel } from '../mqtt-version.ts';

/**
 * A held session as MQTT.js has it. What the storm orders as bytes is done through the client object, with its packet ids, its
 * acknowledgements and its pings beside; what comes is told as bytes again.
 */
export class MqttjsSession {
  readonly #mqtt: MqttClient;
  readonly #version: { protocolVersion: 4 | 5 };
  readonly #received: (bytes: Uint8Array) => void;
  readonly #orders: Parser;

  /** `received`: told the bytes of packets, as they came or as if they had. */
  constructor(mqtt: MqttClient, mqttVersion: MqttVersion, received: (bytes: Uint8Array) => void) {
    this.#mqtt = mqtt;
    this.#version = { protocolVersion: protocolLevel(mqttVersion) };
    this.#received = received;
    this.#orders = parser(this.#version);
    this.#orders.on('packet', (packet: Packet) => this.#send(packet));
  }

  write(packets: Buffer): void {
    this.#orders.parse(packets);
  }

  /** PUBACK comes with the packet id of MQTT.js and is told with ours, in `#send`. */
  take(packet: Packet): void {
    if (packet.cmd !== 'puback') this.#tell(packet);
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

  #tell(packet: Packet): void {
    this.#received(generate(packet, this.#version));
  }
}
