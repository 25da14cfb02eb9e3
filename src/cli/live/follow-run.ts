import { refusalKinds } from '../../metrics/outcome.ts';
import type { LiveLatency } from '../../metrics/read-live.ts';
import type {
  LiveCohortState,
  LiveMoment,
  LiveRoundState,
  LiveRun,
  LiveTotals,
} from '../../report/live/live-run.ts';
import type { Verdict } from '../../result/schema.ts';
import type { RunEvent } from '../../run/events.ts';
import type { LiveRound } from '../../run/live-round.ts';
import { describeEvent } from './describe-event.ts';

/** Moments of a round that are kept; of a longer one every second, fourth … is. */
const mostMoments = 240;
const mostTold = 12;

type Progress = Extract<RunEvent, { kind: 'progress' }>;

/** Follows a run by its events, for everything that tells of it while it goes on. */
export class RunFollower {
  #state: LiveRun;
  readonly #totals = new Map<string, LiveTotals>();
  /** The totals of the variant in play as they were before its round. */
  #before: LiveTotals | undefined;
  #stride = 1;
  #seen = 0;

  constructor(facts: Pick<LiveRun, 'scenario' | 'seed' | 'certstorm'>) {
    this.#state = {
      ...facts,
      step: 'the certificates are made',
      told: [],
      round: null,
      roundsDone: 0,
      leftMs: null,
      totals: [],
      ended: null,
    };
  }

  get state(): LiveRun {
    return this.#state;
  }

  onEvent(event: RunEvent): void {
    const step = describeEvent(event);
    if (event.kind === 'progress') this.#progress(event);
    else if (event.kind === 'corpus') this.#state = { ...this.#state, step };
    else this.#tell(step);
    if (event.kind === 'round-ended') {
      this.#before = undefined;
      this.#state = { ...this.#state, roundsDone: this.#state.roundsDone + 1 };
    }
  }

  /** `report`: where it lies, if anywhere. */
  end({ word, exitCode }: Pick<Verdict, 'word' | 'exitCode'>, report: string | null): void {
    this.#state = { ...this.#state, leftMs: 0, ended: { word, exitCode, report } };
  }

  #tell(text: string): void {
    const sentence = text.replaceAll(/\s+/g, ' ');
    this.#state = { ...this.#state, step: sentence, told: [...this.#state.told, sentence].slice(-mostTold) };
  }

  #progress({ variant, position, of, durationMs, leftMs, live }: Progress): void {
    const { round } = this.#state;
    const isNew = round === null || round.position !== position;
    if (isNew) {
      this.#before = this.#totals.get(variant);
      this.#stride = 1;
      this.#seen = 0;
    }
    const cohorts = live.cohorts.map(cohortState);
    const course = this.#withMoment(isNew ? [] : round.course, live, cohorts);
    const now: LiveRoundState = { ...live, variant, position, of, durationMs, cohorts, course };
    this.#totals.set(variant, addTotals(variant, this.#before, live));
    this.#state = { ...this.#state, round: now, leftMs, totals: [...this.#totals.values()] };
  }

  /** When there are too many, every second one goes and only every second one that comes is kept. */
  #withMoment(
    course: readonly LiveMoment[],
    live: LiveRound,
    cohorts: readonly LiveCohortState[],
  ): LiveMoment[] {
    const isKept = this.#seen++ % this.#stride === 0;
    const kept = isKept ? [...course, momentOf(live, cohorts)] : [...course];
    if (kept.length <= mostMoments) return kept;
    this.#stride *= 2;
    return kept.filter((_, i) => i % 2 === 0);
  }
}

function momentOf(
  { elapsedMs, askedPerSecond, achievedPerSecond, target }: LiveRound,
  cohorts: readonly LiveCohortState[],
): LiveMoment {
  return {
    atS: elapsedMs / 1000,
    asked: askedPerSecond,
    achieved: achievedPerSecond,
    corePercent: target.corePercent,
    p99Ms: cohorts.map(({ p99Ms }) => p99Ms),
  };
}

function cohortState(cohort: LiveRound['cohorts'][number]): LiveCohortState {
  const { name, expected, started, outcomes, falseAccepts, falseRejects } = cohort;
  const refused = refusalKinds.reduce((sum, kind) => sum + outcomes[kind], 0);
  const decided = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const latency =
    expected === 'accept'
      ? (cohort.authenticated ?? cohort.rejected)
      : (cohort.rejected ?? cohort.authenticated);
  return {
    name,
    expected,
    started,
    accepted: outcomes.accepted,
    refused,
    failed: decided - outcomes.accepted - refused,
    falseAccepts,
    falseRejects,
    p50Ms: latency?.p50Ms ?? null,
    p99Ms: latency?.p99Ms ?? null,
  };
}

function addTotals(variant: string, before: LiveTotals | undefined, live: LiveRound): LiveTotals {
  return {
    variant,
    started: (before?.started ?? 0) + live.started,
    finished: (before?.finished ?? 0) + live.finished,
    missedArrivals: (before?.missedArrivals ?? 0) + live.missedArrivals,
    cohorts: live.cohorts.map((cohort, index) => {
      const { name, expected, started, outcomes, falseAccepts, falseRejects, authenticated, rejected } =
        cohort;
      const earlier = before?.cohorts[index];
      const sums = Object.entries(outcomes).map(([kind, count]) => [
        kind,
        count + (earlier?.outcomes[kind as keyof typeof outcomes] ?? 0),
      ]);
      return {
        name,
        expected,
        started: (earlier?.started ?? 0) + started,
        outcomes: Object.fromEntries(sums) as typeof outcomes,
        falseAccepts: (earlier?.falseAccepts ?? 0) + falseAccepts,
        falseRejects: (earlier?.falseRejects ?? 0) + falseRejects,
        latency: {
          ...addLatency('authenticated', earlier?.latency.authenticated, authenticated),
          ...addLatency('rejected', earlier?.latency.rejected, rejected),
        },
      };
    }),
  };
}

function addLatency(
  phase: 'authenticated' | 'rejected',
  earlier: LiveLatency | undefined,
  now: LiveLatency | null,
): Partial<Record<typeof phase, LiveLatency>> {
  if (now === null) return earlier === undefined ? {} : { [phase]: earlier };
  return {
    [phase]: { ...now, count: now.count + (earlier?.count ?? 0), sumMs: now.sumMs + (earlier?.sumMs ?? 0) },
  };
}
