import type { Outcome } from '../../metrics/recorder.ts';
import type { Attempt } from '../attempt.ts';
import type { SessionListener } from '../drivers/driver.ts';
import { disconnectBytes } from '../drivers/mqtt-bytes.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { accepted, localError, operationRefused } from '../outcomes.ts';
import { firstFailure, reasonText } from '../reason-codes.ts';
import { cutPackets, packetType, publishBytes, reasonOf, subackCode, subscribeBytes } from './packets.ts';

/** The one thing that clients of a cohort do after their CONNACK, for the sake of the answer. `{clientId}` stands for the client's own. */
export type OperationOrder = { operation: 'publish' | 'subscribe'; topic: string };

const packetId = 1;
const payload = Buffer.from('certstorm');
export type OperationOwner = {
  now(): number;
  decided(attempt: Attempt, outcome: Outcome, nowMs: number): void;
};

/**
 * A client that asks for one subscription, or publishes one message with QoS 1, and leaves when it knows what became of it. SUBACK or PUBACK
 * is leave; one that says so by its code, a DISCONNECT of MQTT 5, or the end of the connection, is a refusal. A broker that acknowledges what it throws away (MQTT 3.1.1
 * 3.3.5 lets it) can't be told from one that grants.
 */
export class FirstOperation implements SessionListener {
  readonly #order: OperationOrder;
  readonly #attempt: Attempt;
  readonly #mqttVersion: MqttVersion;
  readonly #owner: OperationOwner;
  #partial: Buffer | undefined;
  #over = false;

  constructor(
    order: OperationOrder,
    attempt: Attempt,
    clientId: string,
    mqttVersion: MqttVersion,
    owner: OperationOwner,
  ) {
    this.#order = order;
    this.#attempt = attempt;
    this.#mqttVersion = mqttVersion;
    this.#owner = owner;
    const topic = order.topic.replaceAll('{clientId}', clientId);
    const packet =
      order.operation === 'subscribe'
        ? subscribeBytes([topic], packetId, mqttVersion)
        : publishBytes(Buffer.from(topic), payload, 1, packetId, mqttVersion);
    // The driver has not yet returned from telling of the CONNACK.
    queueMicrotask(() => attempt.connection?.write(packet));
  }

  received(bytes: Uint8Array): void {
    const all = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const used = cutPackets(all, (firstByte, body) => this.#take(firstByte >> 4, body));
    if (this.#over) return;
    if (used < 0) this.#decide(localError('answer is no MQTT packet'));
    // What came is in everybody's read buffer: what must wait for more is copied.
    this.#partial = used === all.length || used < 0 ? undefined : Buffer.from(all.subarray(used));
  }

  lost(): void {
    if (this.#over) return;
    this.#over = true;
    this.#owner.decided(this.#attempt, operationRefused(this.#order.operation, 'closed'), this.#owner.now());
  }

  #take(type: number, body: Uint8Array): void {
    if (this.#over) return;
    const { operation } = this.#order;
    if (type === packetType.disconnect) {
      const code = reasonOf(type, body);
      this.#decide(operationRefused(operation, code === 0 ? 'closed' : `DISCONNECT ${told(code)}`));
    } else if (operation === 'publish' && type === packetType.puback) {
      const code = reasonOf(type, body);
      this.#decide(code < firstFailure ? accepted : operationRefused(operation, `PUBACK ${told(code)}`));
    } else if (operation === 'subscribe' && type === packetType.suback) {
      const code = subackCode(body, this.#mqttVersion) ?? firstFailure;
      this.#decide(code < firstFailure ? accepted : operationRefused(operation, `SUBACK ${told(code)}`));
    }
  }

  #decide(outcome: Outcome): void {
    this.#over = true;
    this.#owner.decided(this.#attempt, outcome, this.#owner.now());
    this.#attempt.connection?.close(disconnectBytes);
  }
}

/** In MQTT 3.1.1 there is one failure and no reason. */
function told(code: number): string {
  return code === firstFailure ? String(code) : reasonText(code);
}
