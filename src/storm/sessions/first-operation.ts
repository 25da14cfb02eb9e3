import type { Outcome } from '../../metrics/recorder.ts';
import type { Attempt } from '../attempt.ts';
import type { SessionListener } from '../drivers/driver.ts';
import { disconnectBytes } from '../drivers/mqtt-bytes.ts';
import { accepted, localError, operationRefused } from '../outcomes.ts';
import { cutPackets, packetType, publishBytes, subscribeBytes } from './packets.ts';

/** The one thing that clients of a cohort do after their CONNACK, for the sake of the answer. `{clientId}` stands for the client's own. */
export type OperationOrder = { operation: 'publish' | 'subscribe'; topic: string };

const packetId = 1;
const payload = Buffer.from('certstorm');
/** Return code of SUBACK for a failure (MQTT 3.1.1, 3.9.3); MQTT 5 has others above it. */
const subackFailure = 0x80;

export type OperationOwner = {
  now(): number;
  decided(attempt: Attempt, outcome: Outcome, nowMs: number): void;
};

/**
 * A client that asks for one subscription, or publishes one message with QoS 1, and leaves when it knows what became of it. SUBACK or PUBACK
 * is leave; a SUBACK that says so, or the end of the connection, is a refusal. A broker that acknowledges what it throws away (MQTT 3.1.1
 * 3.3.5 lets it) can't be told from one that grants.
 */
export class FirstOperation implements SessionListener {
  readonly #order: OperationOrder;
  readonly #attempt: Attempt;
  readonly #owner: OperationOwner;
  #partial: Buffer | undefined;
  #over = false;

  constructor(order: OperationOrder, attempt: Attempt, clientId: string, owner: OperationOwner) {
    this.#order = order;
    this.#attempt = attempt;
    this.#owner = owner;
    const topic = order.topic.replaceAll('{clientId}', clientId);
    const packet =
      order.operation === 'subscribe'
        ? subscribeBytes([topic], packetId)
        : publishBytes(Buffer.from(topic), payload, 1, packetId);
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
    if (operation === 'publish' && type === packetType.puback) this.#decide(accepted);
    if (operation !== 'subscribe' || type !== packetType.suback) return;
    const code = body[2] ?? subackFailure;
    this.#decide(code < subackFailure ? accepted : operationRefused(operation, `SUBACK ${code}`));
  }

  #decide(outcome: Outcome): void {
    this.#over = true;
    this.#owner.decided(this.#attempt, outcome, this.#owner.now());
    this.#attempt.connection?.close(disconnectBytes);
  }
}
