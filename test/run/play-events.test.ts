import { describe, expect, it } from 'vitest';
import { playEvents } from '../../src/run/play-events.ts';
import type { EventPlan } from '../../src/scenario/plan.ts';

const revoke = (atMs: number): EventPlan => ({ kind: 'revoke', atMs, cohort: `at-${atMs}` });

/** A clock that starts late, as a storm's does. */
function lateClock(lateMs: number): () => number {
  const startedAt = performance.now() + lateMs;
  return () => Math.max(0, performance.now() - startedAt);
}

describe('events', () => {
  it('begin at their times by the round’s clock, in order, one after the other', async () => {
    const nowMs = lateClock(30);
    const play = playEvents([revoke(20), revoke(40), revoke(41)], nowMs, async () => {
      const atMs = nowMs();
      await new Promise((resolve) => setTimeout(resolve, 10));
      return { atMs, identities: 1 };
    });
    while (nowMs() < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    const { played, error } = await play.end();
    expect(error).toBeUndefined();
    expect(played.map(({ plan }) => plan.atMs)).toEqual([20, 40, 41]);
    for (const { plan, atMs, doneMs } of played) {
      expect(atMs).toBeGreaterThanOrEqual(plan.atMs);
      expect(doneMs).toBeGreaterThan(atMs);
    }
    expect(played[2]?.atMs).toBeGreaterThanOrEqual(played[1]?.doneMs ?? Infinity);
  });

  it('that are not due when the round ends do not happen', async () => {
    const play = playEvents([revoke(60_000)], lateClock(0), async () => ({ atMs: 0 }));
    expect(await play.end()).toEqual({ played: [], error: undefined });
  });

  it('what was played before one that fails is told, with the error', async () => {
    const nowMs = lateClock(0);
    const failure = new Error('the responder is gone');
    const play = playEvents([revoke(1), revoke(2), revoke(3)], nowMs, async (event) => {
      if (event.atMs === 2) throw failure;
      return { atMs: nowMs() };
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { played, error } = await play.end();
    expect(played.map(({ plan }) => plan.atMs)).toEqual([1]);
    expect(error).toBe(failure);
  });
});
