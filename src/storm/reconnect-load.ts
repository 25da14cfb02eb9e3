import { DueQueue } from './due-queue.ts';
import type { Arrival, Load } from './load.ts';
import { waitMs } from './schedules/backoff.ts';
import type { ReconnectSchedule } from './schedules/schedule.ts';

/** What a reconnect storm does in its round. */
export type ReconnectStage = {
  now(): number;
  start(client: number, dueMs: number): Arrival;
  /** Every session that is held loses its connection, without a DISCONNECT. */
  cut(): void;
  /** A client that was cut has its CONNACK again, so long after the cut. */
  recovered(client: number, afterMs: number): void;
  /** From 0 to 1, without 1; depends on the client and its try alone. */
  draw(client: number, attempt: number): number;
};

/** How long a client waits for one whose identity is still in use. */
const busyWaitMs = 50;

/**
 * Clients c ≡ share (mod shares): each connects, stays, is cut with all others, and comes back by its back-off until it is connected
 * again. One that the target refuses or ends tries again just so, as devices do.
 */
export function reconnectLoad(
  schedule: ReconnectSchedule,
  durationMs: number,
  share: number,
  shares: number,
  stage: ReconnectStage,
): Load {
  const { clients, firstMs, cutAtMs, backoff } = schedule;
  const queue = new DueQueue();
  const mine = Math.max(0, Math.ceil((clients - share) / shares));
  /** Of each client: attempts that failed since it was last connected, attempts in all, its last wait, and when it was cut. */
  const failures = new Uint32Array(mine);
  const tries = new Uint32Array(mine);
  const waits = new Float64Array(mine);
  const cutMs = new Float64Array(mine).fill(Infinity);
  const place = (client: number): number => (client - share) / shares;
  let wasCut = false;
  let stopped = false;
  for (let client = share; client < clients; client += shares) queue.add(client, firstMs(client));

  const comeBack = (client: number): void => {
    const at = place(client);
    const draw = stage.draw(client, tries[at] ?? 0);
    const wait = waitMs(backoff, failures[at] ?? 0, waits[at] ?? 0, draw);
    waits[at] = wait;
    queue.add(client, stage.now() + wait);
  };

  return {
    limited: false,
    tick(nowMs) {
      if (stopped) return;
      if (!wasCut && nowMs >= cutAtMs) {
        wasCut = true;
        stage.cut();
      }
      // Those that come back at once are for the next tick: a target that refuses at once must not keep this one going.
      for (let left = queue.length; left > 0 && queue.nextMs <= nowMs && nowMs < durationMs; left--) {
        const next = queue.take();
        if (next === undefined) return;
        const at = place(next.who);
        tries[at] = (tries[at] ?? 0) + 1;
        if (stage.start(next.who, next.dueMs) !== 'started') queue.add(next.who, nowMs + busyWaitMs);
      }
    },
    nextMs: () => (stopped ? Infinity : Math.min(wasCut ? Infinity : cutAtMs, queue.nextMs)),
    attemptEnded(client, accepted) {
      const at = place(client);
      if (!accepted) {
        failures[at] = (failures[at] ?? 0) + 1;
        comeBack(client);
        return;
      }
      failures[at] = 0;
      waits[at] = 0;
      const since = cutMs[at] ?? Infinity;
      if (since === Infinity) return;
      cutMs[at] = Infinity;
      stage.recovered(client, stage.now() - since);
    },
    sessionEnded(client, how) {
      if (stopped) return;
      if (how === 'dropped') cutMs[place(client)] = stage.now();
      comeBack(client);
    },
    clientFreed() {},
    over: (nowMs) => stopped || nowMs >= durationMs,
    stop() {
      stopped = true;
    },
  };
}
