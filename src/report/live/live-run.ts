import type { OutcomeKind, Verdict } from '../../result/index.ts';

/** A run while it goes on: what the terminal, the live page, OpenMetrics and OTLP all tell, each in its own way. Plain data. */
export type LiveRun = {
  scenario: string;
  seed: number;
  certstorm: string;
  /** What is being done, in words. */
  step: string;
  /** The last sentences that the run told; the oldest first. */
  told: readonly string[];
  round: LiveRoundState | null;
  /** Whole rounds so far. */
  roundsDone: number;
  leftMs: number | null;
  /** Of each variant over all of its rounds so far: these only ever grow. */
  totals: readonly LiveTotals[];
  /** How it ended. */
  ended: { word: Verdict['word']; exitCode: number; report: string | null } | null;
};

export type LiveRoundState = {
  variant: string;
  /** Of all rounds of the run, from 0. */
  position: number;
  of: number;
  elapsedMs: number;
  durationMs: number;
  /** Attempts a second over the last second; `asked` is null where the load model asks for no rate. */
  askedPerSecond: number | null;
  achievedPerSecond: number;
  started: number;
  finished: number;
  inFlight: number;
  missedArrivals: number;
  cohorts: readonly LiveCohortState[];
  target: { corePercent: number | null; rssMiB: number | null };
  /** The course of this round; times in seconds. */
  course: readonly LiveMoment[];
};

export type LiveCohortState = {
  name: string;
  expected: string;
  started: number;
  accepted: number;
  refused: number;
  /** Without a decision of the target. */
  failed: number;
  falseAccepts: number;
  falseRejects: number;
  /** Until it was let in, else until it was turned away; milliseconds, over the round so far. */
  p50Ms: number | null;
  p99Ms: number | null;
};

export type LiveMoment = {
  atS: number;
  asked: number | null;
  achieved: number;
  corePercent: number | null;
  /** Of each cohort, in their order. */
  p99Ms: readonly (number | null)[];
};

export type LiveTotals = {
  variant: string;
  started: number;
  finished: number;
  missedArrivals: number;
  cohorts: readonly {
    name: string;
    expected: string;
    started: number;
    outcomes: Readonly<Record<OutcomeKind, number>>;
    falseAccepts: number;
    falseRejects: number;
    /** `p50Ms` and `p99Ms` of the latest round. */
    latency: Readonly<
      Partial<
        Record<'authenticated' | 'rejected', { count: number; sumMs: number; p50Ms: number; p99Ms: number }>
      >
    >;
  }[];
};
