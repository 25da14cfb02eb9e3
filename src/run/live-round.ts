import { refusalKinds } from '../metrics/outcome.ts';
import type { LiveCohort } from '../metrics/read-live.ts';
import type { CohortPlan } from '../scenario/plan.ts';
import type { StormProgress } from '../storm/order.ts';
import { rateWindowMs } from './asked-rate.ts';
import { refusalsAt } from './judgement.ts';
import type { TargetSample } from './measured-round.ts';

/** How a round stands, for the eye: what the result says of it is counted anew from the recordings. */
export type LiveRound = StormProgress & {
  /** Attempts a second over the last second: what the schedule asked for (null where it asks for no rate), and what was started. */
  askedPerSecond: number | null;
  achievedPerSecond: number;
  cohorts: (LiveCohort & { name: string; expected: string; falseAccepts: number; falseRejects: number })[];
  /** Null where nobody tells. CPU over the last second, 100 for one core. */
  target: { corePercent: number | null; rssMiB: number | null };
};

/** Draws rates from what is read now and a second ago. One for each round. */
export class LiveFigures {
  readonly #plans: readonly CohortPlan[];
  readonly #asked: (elapsedMs: number) => number | null;
  readonly #durationMs: number;
  readonly #started: { atMs: number; started: number }[] = [{ atMs: 0, started: 0 }];

  constructor(
    plans: readonly CohortPlan[],
    asked: (elapsedMs: number) => number | null,
    durationMs = Number.POSITIVE_INFINITY,
  ) {
    this.#plans = plans;
    this.#asked = asked;
    this.#durationMs = durationMs;
  }

  read(progress: StormProgress, cohorts: readonly LiveCohort[], samples: readonly TargetSample[]): LiveRound {
    const { elapsedMs, started } = progress;
    // What is waited for after the window is not started in it.
    if (elapsedMs <= this.#durationMs) this.#started.push({ atMs: elapsedMs, started });
    return {
      ...progress,
      askedPerSecond: this.#asked(elapsedMs),
      achievedPerSecond: lastRate(this.#started),
      cohorts: this.#plans.flatMap((plan, index) => {
        const cohort = cohorts[index];
        return cohort === undefined
          ? []
          : [{ ...cohort, name: plan.name, expected: plan.expect.outcome, ...falseVerdicts(plan, cohort) }];
      }),
      target: usage(samples),
    };
  }
}

/** Over the last second of the readings; what is older is dropped. */
function lastRate(readings: { atMs: number; started: number }[]): number {
  const last = readings.at(-1);
  if (last === undefined) return 0;
  while (readings.length > 2 && (readings[1]?.atMs ?? Infinity) <= last.atMs - rateWindowMs) readings.shift();
  const [first = last] = readings;
  return last.atMs > first.atMs ? ((last.started - first.started) * 1000) / (last.atMs - first.atMs) : 0;
}

/** As far as the kind of an outcome tells: whether its cause was the right one is judged at the end, with the broker's own count. */
function falseVerdicts(
  { expect }: CohortPlan,
  { outcomes }: LiveCohort,
): { falseAccepts: number; falseRejects: number } {
  const refused = refusalKinds.reduce((sum, kind) => sum + outcomes[kind], 0);
  if (expect.outcome === 'accept') return { falseAccepts: 0, falseRejects: refused };
  // Until when it may be let in is known when its round has ended.
  if (expect.outcome === 'accept-until-revoked') return { falseAccepts: 0, falseRejects: 0 };
  const right = refusalsAt(expect).reduce((sum, kind) => sum + outcomes[kind], 0);
  return { falseAccepts: outcomes.accepted, falseRejects: refused - right };
}

function usage(samples: readonly TargetSample[]): LiveRound['target'] {
  const last = samples.at(-1);
  if (last === undefined) return { corePercent: null, rssMiB: null };
  const before = samples.findLast(({ atMs }) => atMs <= last.atMs - rateWindowMs) ?? samples[0];
  const corePercent =
    before === undefined || before.atMs >= last.atMs
      ? null
      : (100 * (last.cpuMs - before.cpuMs)) / (last.atMs - before.atMs);
  return { corePercent, rssMiB: last.rssMiB };
}
