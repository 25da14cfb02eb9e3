import type { Arrival, Load } from './load.ts';
import type { ClosedSchedule } from './schedules/schedule.ts';

/**
 * Virtual users v ≡ share (mod shares) of a closed schedule: each starts its next attempt when its last one has ended. A user whose draw
 * falls on a cohort with no free client waits for one, and keeps its draw: the mix of cohorts stays as it was asked for. Nothing is ever
 * missed, since nothing was scheduled.
 */
export function closedLoad(
  schedule: ClosedSchedule,
  durationMs: number,
  share: number,
  shares: number,
  cohorts: number,
  draw: (k: number) => number,
  start: (k: number, cohort: number) => Arrival,
  now: () => number,
): Load {
  /** Draws waiting for a client, by cohort. */
  const waiting: number[][] = Array.from({ length: cohorts }, () => []);
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
  const fill = (): void => {
    refill = undefined;
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
    nextMs: () => Infinity,
    attemptEnded() {
      users--;
      refillSoon();
    },
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
