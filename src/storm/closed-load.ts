import { DueQueue } from './due-queue.ts';
import type { Arrival, Load } from './load.ts';
import type { ClosedSchedule } from './schedules/schedule.ts';

/**
 * Virtual users v ≡ share (mod shares) of a closed schedule: each starts its next attempt when its last one has ended. A user whose draw
 * falls on a cohort with no free client waits for one, and keeps its draw: the mix of cohorts stays as it was asked for. Nothing is ever
 * missed, since nothing was scheduled. A user who holds a session is busy with it until it ends, and may then wait for a while.
 */
export function closedLoad(
  schedule: ClosedSchedule,
  durationMs: number,
  share: number,
  shares: number,
  cohorts: number,
  draw: (k: number) => number,
  /** From 0 to 1, without 0: draws the time between two attempts. */
  drawThink: (k: number) => number,
  start: (k: number, cohort: number) => Arrival,
  now: () => number,
): Load {
  /** Draws waiting for a client, by cohort. */
  const waiting: number[][] = Array.from({ length: cohorts }, () => []);
  /** Users who wait between two attempts. */
  const thinking = new DueQueue();
  let users = 0;
  let next = share;
  let stopped = false;
  let refill: NodeJS.Immediate | undefined;

  const wanted = (nowMs: number): number =>
    stopped || nowMs >= durationMs ? 0 : Math.max(0, Math.ceil((schedule.vusAt(nowMs) - share) / shares));

  const begin = (): void => {
    const k = next;
    next += shares;
    const cohort = draw(k);
    users++;
    if (start(k, cohort) !== 'started') waiting[cohort]?.push(k);
  };
  const free = (k: number): void => {
    if (schedule.thinkMs === 0) {
      users--;
      refillSoon();
    } else thinking.add(k, now() - Math.log(drawThink(k)) * schedule.thinkMs);
  };
  const fill = (): void => {
    refill = undefined;
    for (let nowMs = now(); thinking.nextMs <= nowMs; thinking.take()) users--;
    for (let idle = wanted(now()) - users; idle > 0; idle--) begin();
  };
  // Attempts that fail at once (no file descriptor left) end before the event loop has come round; starting the next ones right there
  // would keep it from ever doing so.
  const refillSoon = (): void => {
    refill ??= setImmediate(fill);
  };

  return {
    tick: () => fill(),
    // The round's own pace is enough to follow a ramp.
    nextMs: () => thinking.nextMs,
    limited: false,
    attemptEnded(k, _, held) {
      if (!held) free(k);
    },
    sessionEnded: free,
    clientFreed(cohort) {
      const k = waiting[cohort]?.shift();
      if (k === undefined) return;
      if (users > wanted(now())) users--;
      else if (start(k, cohort) !== 'started') waiting[cohort]?.unshift(k);
    },
    over: (nowMs) => stopped || nowMs >= durationMs,
    stop() {
      stopped = true;
      if (refill !== undefined) clearImmediate(refill);
    },
  };
}
