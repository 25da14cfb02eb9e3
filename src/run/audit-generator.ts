import type { RoundRecording } from '../storm/order.ts';

/**
 * Milliseconds: a worker whose event loop comes round so late times its own waiting. Half of the turns, and all but 1 % of them. In the closed
 * models a turn takes as long as what came in for all virtual users at once, some tens of milliseconds for fifty of them; the open models have
 * narrower limits of their own, on the lateness of starts.
 */
const lagLimitMs = { p50: 100, p99: 1_000 };
/** Share of a round that a worker may spend on collecting garbage, and how long one collection may hold it up, milliseconds. */
const collectionLimit = { share: 0.2, maxMs: 500 };

/** Reasons why the generator was not fit to measure in this round, whatever its load was: a sentence each, with what to do. */
export function auditGenerator(
  { generator, elapsedMs }: Pick<RoundRecording, 'generator' | 'elapsedMs'>,
  workers: number,
  place: string,
): string[] {
  const reasons: string[] = [];
  const { eventLoopLagMs, collections } = generator;
  if (eventLoopLagMs.p50 > lagLimitMs.p50 || eventLoopLagMs.p99 > lagLimitMs.p99) {
    reasons.push(
      `${place}: the event loop of a storm worker came round late (half of the time by more than ${eventLoopLagMs.p50.toFixed(1)} ms, ` +
        `1 % of it by more than ${eventLoopLagMs.p99.toFixed(0)} ms), so latencies hold its own waiting: lower the load, or leave the machine to this run`,
    );
  }
  const share = collections.totalMs / Math.max(1, elapsedMs * workers);
  if (share > collectionLimit.share || collections.maxMs > collectionLimit.maxMs) {
    reasons.push(
      `${place}: garbage collections held the generator up (${Math.round(share * 100)} % of the round, the longest ` +
        `${collections.maxMs.toFixed(0)} ms): lower the load, or hold fewer sessions`,
    );
  }
  return reasons;
}
