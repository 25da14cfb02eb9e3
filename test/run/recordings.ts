import { build } from 'hdr-histogram-js';
import { noneNegotiated } from '../../src/metrics/agreement.ts';
import { latencyNames, type OutcomeKind, responseNames } from '../../src/metrics/outcome.ts';
import type { CohortRecording, LatencyRecording, Recording } from '../../src/metrics/recording.ts';
import { fromNames } from '../../src/metrics/summary.ts';

/** A recording with these outcomes and nothing timed, for what only counts. */
export function cohortRecording(
  outcomes: [kind: OutcomeKind, detail: string, count: number][],
  unfinished = 0,
): CohortRecording {
  return {
    started: outcomes.reduce((sum, [, , count]) => sum + count, unfinished),
    outcomes: outcomes.map(([kind, detail, count]) => ({ kind, detail, count })),
    latency: fromNames(latencyNames, empty),
    response: fromNames(responseNames, empty),
    bytesSent: 0,
    bytesReceived: 0,
    firstRefusedStartMs: undefined,
    lastAcceptedStartMs: undefined,
    negotiated: noneNegotiated(),
    sessions: undefined,
    afterMark: undefined,
  };
}

/** A whole recording of these cohorts whose accounting holds. */
export function recordingOf(cohorts: CohortRecording[], missedArrivals = 0): Recording {
  const started = cohorts.reduce((sum, cohort) => sum + cohort.started, 0);
  const finished = cohorts.reduce(
    (sum, cohort) => sum + cohort.outcomes.reduce((inner, { count }) => inner + count, 0),
    0,
  );
  return {
    scheduled: started + missedArrivals,
    started,
    finished,
    missedArrivals,
    unfinished: started - finished,
    cohorts,
    timeline: { intervalMs: 100, cohorts: [] },
  };
}

function empty(): LatencyRecording {
  return { histogram: build(), count: 0, sumUs: 0, minUs: 0, maxUs: 0 };
}
