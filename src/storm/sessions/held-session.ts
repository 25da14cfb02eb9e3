import type { SessionRecorder } from '../../metrics/session-recorder.ts';
import type { Attempt } from '../attempt.ts';
import type { SessionListener } from '../drivers/driver.ts';
import { disconnectBytes } from '../drivers/mqtt-bytes.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { cutPackets, packetType, pingreqBytes, pubackFor, publishBytes } from './packets.ts';
import type { WheelEntry } from './timer-wheel.ts';

/** What all sessions of a cohort have in common. */
export type SessionPlan = {
  cohort: number;
  holdMs: number;
  keepAliveMs: number;
  /** Infinity where nothing is published. */
  publishEveryMs: number;
  qos: 0 | 1;
  payload: Buffer;
  mqttVersion: MqttVersion;
};

export type SessionOwner = {
  readonly recorder: SessionRecorder;
  now(): number;
  /** The session is over; its connection closes or has closed. */
  over(session: HeldSession, how: 'by-client' | 'cut', nowMs: number): void;
};

/** PUBLISH packets without their PUBACK, at most: a broker that acknowledges none is not buried. */
const mostUnacknowledged = 64;

/** A client that stays after its CONNACK: sends its pings and messages in time, and notices when the target ends it. */
export class HeldSession implements SessionListener, WheelEntry {
  turn = -1;
  previous: this | undefined;
  next: this | undefined;
  readonly attempt: Attempt;
  readonly openedMs: number;
  readonly #plan: SessionPlan;
  readonly #owner: SessionOwner;
  readonly #topic: Buffer;
  readonly #graceful: boolean;
  #lastSentMs: number;
  #nextPublishMs: number;
  /** When a PINGREQ went out that has no answer yet. */
  #pingedMs: number | undefined;
  #packetId = 1;
  /** Packet ids and when they went out, in turn. */
  readonly #unacknowledged: number[] = [];
  #partial: Buffer | undefined;
  #over = false;

  /** `phase` (0 to 1) is where in its publishing interval the session starts, so that those opened together do not speak together. */
  constructor(
    owner: SessionOwner,
    plan: SessionPlan,
    attempt: Attempt,
    openedMs: number,
    topic: Buffer,
    graceful: boolean,
    phase: number,
  ) {
    this.#owner = owner;
    this.#plan = plan;
    this.attempt = attempt;
    this.openedMs = openedMs;
    this.#topic = topic;
    this.#graceful = graceful;
    this.#lastSentMs = openedMs;
    this.#nextPublishMs = openedMs + plan.publishEveryMs * phase;
  }

  /** When there is something to do next. */
  get dueMs(): number {
    const { holdMs, keepAliveMs } = this.#plan;
    const pingMs = (this.#pingedMs ?? this.#lastSentMs) + keepAliveMs;
    return Math.min(this.openedMs + holdMs, pingMs, this.#nextPublishMs);
  }

  /** Does what is due; false when the session is over. */
  act(nowMs: number): boolean {
    const { holdMs, keepAliveMs, cohort } = this.#plan;
    if (nowMs >= this.openedMs + holdMs) {
      this.#owner.over(this, 'by-client', nowMs);
      this.leave();
      return false;
    }
    if (this.#pingedMs !== undefined && nowMs >= this.#pingedMs + keepAliveMs) {
      this.#owner.recorder.missedPing(cohort, nowMs);
      this.#giveUp(nowMs);
      return false;
    }
    while (nowMs >= this.#nextPublishMs) {
      this.#nextPublishMs += this.#plan.publishEveryMs;
      this.#publish(nowMs);
      if (this.#over) return false;
    }
    if (this.#pingedMs === undefined && nowMs >= this.#lastSentMs + keepAliveMs) {
      this.#owner.recorder.pinged(cohort);
      this.#pingedMs = nowMs;
      this.send(pingreqBytes, nowMs);
    }
    return !this.#over;
  }

  send(packet: Buffer, nowMs: number): void {
    this.#lastSentMs = nowMs;
    this.attempt.connection?.write(packet);
  }

  /** Ends it as the client would: with DISCONNECT, or for the ungraceful ones without a word. */
  leave(): void {
    this.#over = true;
    if (this.#graceful) this.attempt.connection?.close(disconnectBytes);
    else this.attempt.connection?.destroy();
  }

  drop(): void {
    this.#over = true;
    this.attempt.connection?.destroy();
  }

  received(bytes: Uint8Array): void {
    const all = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const used = cutPackets(all, (firstByte, body) => this.#take(firstByte, body));
    if (this.#over) return;
    // What came is in everybody's read buffer: what must wait for more is copied.
    this.#partial = used === all.length || used < 0 ? undefined : Buffer.from(all.subarray(used));
    if (used < 0) this.#giveUp(this.#owner.now());
  }

  lost(): void {
    if (this.#over) return;
    this.#over = true;
    this.#owner.over(this, 'cut', this.#owner.now());
  }

  #take(firstByte: number, body: Uint8Array): void {
    const { recorder } = this.#owner;
    const { cohort } = this.#plan;
    const type = firstByte >> 4;
    if (type === packetType.pingresp) this.#pingedMs = undefined;
    else if (type === packetType.puback) this.#acknowledged(((body[0] ?? 0) << 8) + (body[1] ?? 0));
    else if (type === packetType.publish) {
      recorder.received(cohort);
      const answer = pubackFor(firstByte, body);
      if (answer !== undefined) this.send(answer, this.#owner.now());
    }
  }

  #publish(nowMs: number): void {
    const { qos, payload, cohort, mqttVersion } = this.#plan;
    const waiting = this.#unacknowledged;
    if (waiting.length >= mostUnacknowledged * 2) return;
    if (qos === 1) {
      this.#packetId = this.#packetId === 0xffff ? 1 : this.#packetId + 1;
      waiting.push(this.#packetId, this.#owner.now());
    }
    this.#owner.recorder.published(cohort);
    this.send(publishBytes(this.#topic, payload, qos, this.#packetId, mqttVersion), nowMs);
  }

  #acknowledged(packetId: number): void {
    const waiting = this.#unacknowledged;
    for (let at = 0; at < waiting.length; at += 2) {
      if (waiting[at] !== packetId) continue;
      const nowMs = this.#owner.now();
      this.#owner.recorder.acknowledged(this.#plan.cohort, nowMs - (waiting[at + 1] ?? 0), nowMs);
      waiting.splice(at, 2);
      return;
    }
  }

  #giveUp(nowMs: number): void {
    this.#over = true;
    this.#owner.over(this, 'cut', nowMs);
    this.attempt.connection?.destroy();
  }
}
