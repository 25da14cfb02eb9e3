import { availableParallelism } from 'node:os';
import type { BaselineOfRun } from '../gate/compare-run.ts';
import type { Environment, Result } from '../result/schema.ts';
import type { Plan } from '../scenario/plan.ts';
import { lookAlpha } from '../stats/index.ts';
import type { Storm } from '../storm/storm.ts';
import { StormError } from '../storm/storm-error.ts';
import type { AttemptsFile } from './attempts-file.ts';
import { autoEnd } from './auto-rounds.ts';
import { checkCapacity, readMachineLimits } from './capacity/check-capacity.ts';
import { type Comparing, conclude } from './conclude.ts';
import { describeEnvironment } from './environment.ts';
import type { RunEvent } from './events.ts';
import { ForgeCosts } from './forge-costs.ts';
import { measureRound } from './measure.ts';
import type { MeasuredRound } from './measured-round.ts';
import { orderRounds, roundSeed } from './round-order.ts';
import { Shared } from './shared.ts';
import { Stage } from './stage.ts';
import { TimeLeft } from './time-left.ts';
import { makeWorkDir } from './work-dir.ts';

export type ConductOptions = {
  /** Where corpora are kept and targets have their work folders; made if it is not there, mode 0700. */
  cacheDir: string;
  /** Where targets leave their configuration and logs, a folder for each variant; nowhere when left out. */
  keepDir?: string;
  /** Fires to end the run early: what was measured is in the result, marked as interrupted. */
  signal: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Gets every attempt of every round, when the round is over; costs the generator a fraction of a µs each. */
  attemptsFile?: AttemptsFile;
  /** The baseline for a machine and runtime such as these; asked once, before anything is measured. */
  baselineFor?: (environment: Environment) => Promise<BaselineOfRun | undefined>;
  /** The command that looks closer at a regression, for its sentence. */
  lookCloser?: string;
};

/**
 * Conducts a run: makes the corpora, starts targets, measures every round of every variant in the drawn order, stops everything, and
 * returns the result with its verdict. What fails is told in the result; a variant whose target can't be started does not end the others.
 *
 * Throws RunError when the machine can't carry the plan, PkiError when the corpus can't be made or kept.
 */
export async function conduct(plan: Plan, conductOptions: ConductOptions): Promise<Result> {
  const { cacheDir, keepDir, signal, onEvent } = conductOptions;
  // One core is the broker's; a storm worker for each that is left.
  const workers = Math.max(1, availableParallelism() - 1);
  for (const warning of checkCapacity(plan.variants, workers, readMachineLimits()))
    onEvent({ kind: 'near-a-limit', warning });
  const startedAt = new Date();
  const environment = await describeEnvironment();
  const comparing = await comparingOf(plan, environment, conductOptions);
  const work = makeWorkDir(cacheDir);
  const storms = new Shared<Storm>((storm) => storm.close());
  const forgeCosts = new ForgeCosts(cacheDir);
  const options = {
    cacheDir,
    workDir: work.path,
    keepDir,
    seed: plan.seed,
    workers,
    storms,
    forgeCosts,
    signal,
    onEvent,
  };
  const stages = plan.variants.map((variant) => new Stage(variant, options));
  const measured: MeasuredRound[][] = plan.variants.map(() => []);
  const order = orderRounds(plan.variants.length, plan.rounds, plan.seed);
  let broken: unknown;
  const sumUp = () => {
    const interrupted = signal.aborted;
    return conclude(plan, stages, measured, {
      startedAt,
      environment,
      workers,
      interrupted,
      broken,
      comparing,
    });
  };
  const enough = autoEnd(plan, sumUp);
  let left: TimeLeft | undefined;
  try {
    for (const stage of stages) await stage.prepareCorpus();
    if (plan.rounds > 1)
      await startAhead(
        order.slice(0, stages.length).map(({ variant }) => stages[variant]),
        signal,
      );
    for (const [position, { variant, round }] of order.entries()) {
      const stage = stages[variant];
      if (stage === undefined || signal.aborted) break;
      if (position % stages.length === 0 && enough(round)) break;
      left ??= new TimeLeft(order.map(plannedMs(plan)), plan.compare?.budgetMs);
      left.roundBegins();
      const place = { round, position, of: order.length, seed: plan.seed, left };
      const result = await playRound(stage, place, conductOptions);
      if (result !== null) measured[variant]?.push(result);
      if (result?.targetDied || result?.targetHung || stage.changesInRounds) await stage.dismissTarget();
      if (round === plan.rounds - 1) await stage.dismiss();
    }
  } catch (error) {
    // An abort in the middle of making the corpus is no failure: there is just less to tell. And whatever else breaks, what was measured
    // before it is worth its result.
    if (!signal.aborted && measured.every((rounds) => rounds.length === 0)) throw error;
    if (!signal.aborted) broken = error;
  } finally {
    await Promise.all(stages.map((stage) => stage.dismiss()));
    work.remove();
  }
  return sumUp();
}

/** How many targets are started at a time, before anything is measured. */
const startedAtOnce = 2;

/**
 * Starts targets and storms that stay up over several rounds, before the first of them is measured: none is started beside a round then, and
 * each round finds the same company. One that does not start is tried again when its round is due, and says why.
 */
async function startAhead(stages: readonly (Stage | undefined)[], signal: AbortSignal): Promise<void> {
  const waiting = stages.filter((stage) => stage !== undefined);
  const startNext = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined && !signal.aborted; stage = waiting.shift())
      await stage.ready();
  };
  await Promise.all(Array.from({ length: startedAtOnce }, startNext));
}

async function comparingOf(
  { compare }: Plan,
  environment: Environment,
  { baselineFor, lookCloser, onEvent }: ConductOptions,
): Promise<Comparing> {
  const baseline = await baselineFor?.(environment);
  if (baseline !== undefined && 'problem' in baseline)
    onEvent({ kind: 'no-baseline', reason: baseline.problem });
  return {
    ...(baseline !== undefined && { baseline }),
    ...(compare?.budgetMs !== undefined && { level: lookAlpha }),
    ...(lookCloser !== undefined && { lookCloser }),
  };
}

function plannedMs({ variants }: Plan): (round: { variant: number }) => number {
  return ({ variant }) => {
    const load = variants[variant]?.load;
    return load === undefined ? 0 : load.warmupMs + load.durationMs;
  };
}

type Place = { round: number; position: number; of: number; seed: number; left: TimeLeft };

/** One round on its stage; null where it could not be played, the stage says why. */
async function playRound(
  stage: Stage,
  { round, position, of, seed, left }: Place,
  { signal, onEvent, attemptsFile }: Pick<ConductOptions, 'signal' | 'onEvent' | 'attemptsFile'>,
): Promise<MeasuredRound | null> {
  const ready = await stage.ready();
  if (ready === null || signal.aborted) return null;
  const { variant } = stage;
  await stage.probeMemory(ready.target);
  const place = { variant: variant.name, position, of };
  try {
    const result = await measureRound({
      variant,
      round,
      order: position,
      seed: roundSeed(seed, round),
      ...ready,
      signal,
      onAttempts:
        attemptsFile && ((attempts) => attemptsFile.add(variant.name, round, variant.cohorts, attempts)),
      onProgress: (live, durationMs) => {
        const leftMs = left.leftMs(position, Math.max(0, durationMs - live.elapsedMs));
        onEvent({ kind: 'progress', ...place, durationMs, leftMs, live });
      },
    });
    onEvent({ kind: 'round-ended', ...place, interruption: result.interruption });
    return result;
  } catch (error) {
    if (!(error instanceof StormError)) throw error;
    stage.fail(error.message);
    return null;
  }
}
