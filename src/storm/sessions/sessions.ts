import type { SessionRecorder } from '../../metrics/session-recorder.ts';
import type { Attempt } from '../attempt.ts';
import { drawAt } from '../draw.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { HeldSession, type SessionOwner, type SessionPlan } from './held-session.ts';
import { subscribeBytes } from './packets.ts';
import type { SessionOrder } from './session-order.ts';
import { TimerWheel } from './timer-wheel.ts';

const tickMs = 20;
/** Packet id of SUBSCRIBE: those of PUBLISH start after it. */
const subscribeId = 1;

type Kind = { order: SessionOrder; plan: SessionPlan };

export type SessionCohort = { session: SessionOrder | undefined; mqttVersion: MqttVersion };

/** Tells a round of what becomes of the sessions that it let stay. */
export type SessionsOwner = {
  now(): number;
  /** The session has ended and its connection is about to close. */
  sessionOver(attempt: Attempt, how: 'ended' | 'dropped'): void;
};

/** All held sessions of one worker in one round. Times are milliseconds from the start of the round. */
export class Sessions implements SessionOwner {
  readonly recorder: SessionRecorder;
  readonly #owner: SessionsOwner;
  readonly #kinds: readonly (Kind | undefined)[];
  readonly #seed: number;
  readonly #wheel = new TimerWheel<HeldSession>(tickMs);
  readonly #open = new Set<HeldSession>();
  #closed = false;

  /** `cohorts`: what the clients of each do, and in which version; without a session where they leave at once. */
  constructor(
    owner: SessionsOwner,
    recorder: SessionRecorder,
    cohorts: readonly SessionCohort[],
    seed: number,
  ) {
    this.#owner = owner;
    this.recorder = recorder;
    this.#seed = seed;
    this.#kinds = cohorts.map(({ session: order, mqttVersion }, cohort) =>
      order === undefined ? undefined : { order, plan: planOf(order, cohort, mqttVersion) },
    );
  }

  get count(): number {
    return this.#open.size;
  }

  now(): number {
    return this.#owner.now();
  }

  /** Takes an accepted client in; undefined where it is to leave at once. */
  take(attempt: Attempt, clientId: string, nowMs: number): HeldSession | undefined {
    const kind = this.#closed ? undefined : this.#kinds[attempt.cohort];
    if (kind === undefined) return undefined;
    const { order, plan } = kind;
    const draw = drawAt(this.#seed, attempt.arrival);
    const topic = Buffer.from((order.publish?.topic ?? '').replaceAll('{clientId}', clientId));
    // Two draws out of one: its upper and its lower half.
    const graceful = (draw >>> 16) / 2 ** 16 >= order.ungraceful;
    const session = new HeldSession(this, plan, attempt, nowMs, topic, graceful, (draw & 0xffff) / 2 ** 16);
    this.recorder.opened(attempt.cohort, nowMs);
    this.#open.add(session);
    this.#wheel.add(session, session.dueMs);
    if (order.subscribe.length > 0) {
      const filters = order.subscribe.map((filter) => filter.replaceAll('{clientId}', clientId));
      // The driver has not yet returned from telling of the CONNACK.
      queueMicrotask(() => {
        if (this.#open.has(session))
          session.send(subscribeBytes(filters, subscribeId, plan.mqttVersion), this.now());
      });
    }
    return session;
  }

  tick(nowMs: number): void {
    this.#wheel.advance(nowMs, (session) => {
      if (session.act(nowMs) && this.#open.has(session)) this.#wheel.add(session, session.dueMs);
    });
  }

  over(session: HeldSession, how: 'by-client' | 'cut', nowMs: number): void {
    if (!this.#open.delete(session)) return;
    this.#wheel.remove(session);
    this.recorder.ended(session.attempt.cohort, how, session.openedMs, nowMs);
    this.#owner.sessionOver(session.attempt, 'ended');
  }

  /** Every one loses its connection, as when the network between it and the broker is gone. */
  dropAll(nowMs: number): void {
    const all = [...this.#open];
    this.#open.clear();
    for (const session of all) {
      this.#wheel.remove(session);
      this.recorder.dropped(session.attempt.cohort, session.openedMs, nowMs);
      this.#owner.sessionOver(session.attempt, 'dropped');
      session.drop();
    }
  }

  /** The window is over: those that are still held leave, and none is taken in any more. */
  endAll(nowMs: number): void {
    this.#closed = true;
    for (const session of this.#open) {
      this.#wheel.remove(session);
      this.recorder.ended(session.attempt.cohort, 'at-end', session.openedMs, nowMs);
      this.#owner.sessionOver(session.attempt, 'ended');
      session.leave();
    }
    this.#open.clear();
  }
}

function planOf(
  { holdMs, keepAliveMs, publish }: SessionOrder,
  cohort: number,
  mqttVersion: MqttVersion,
): SessionPlan {
  return {
    cohort,
    holdMs,
    keepAliveMs,
    publishEveryMs: publish === null || publish.rate === 0 ? Infinity : 1000 / publish.rate,
    qos: publish?.qos ?? 0,
    payload: Buffer.alloc(publish?.bytes ?? 0, 0x2a),
    mqttVersion,
  };
}
