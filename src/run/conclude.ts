import { type BaselineOfRun, compareRun } from '../gate/compare-run.ts';
import { evaluateThresholds } from '../gate/thresholds.ts';
import { judge } from '../gate/verdict.ts';
import type { Environment, Result } from '../result/schema.ts';
import type { Plan } from '../scenario/plan.ts';
import { type CountedRound, describeVariant, type TargetFacts } from './assemble.ts';
import { auditRound } from './audit.ts';
import { withBreakingPoints } from './breaking-point.ts';
import { connectionsIn, countByCohort } from './broker-counts.ts';
import type { MeasuredRound } from './measured-round.ts';
import { markNoisyRounds } from './noisy-rounds.ts';
import { checkAccounting, reconcileCohort } from './reconcile.ts';
import { reconcileAsked } from './reconcile-asked.ts';
import type { Stage } from './stage.ts';

type Circumstances = {
  startedAt: Date;
  environment: Environment;
  workers: number;
  interrupted: boolean;
  /** What ended the run before its last round, when that was no signal. */
  broken: unknown;
  comparing: Comparing;
};

/** How the run is compared. */
export type Comparing = {
  baseline?: BaselineOfRun;
  /** The level of each look, where the run looks at its figures more than once. */
  level?: number;
  /** The command that looks closer at a regression. */
  lookCloser?: string;
};

/** Draws the result from what was measured: figures, the audit's reasons, thresholds, verdict. */
export function conclude(
  plan: Plan,
  stages: readonly Stage[],
  measured: readonly MeasuredRound[][],
  { startedAt, environment, workers, interrupted, broken, comparing }: Circumstances,
): Result {
  const invalidReasons: string[] = [];
  if (broken !== undefined) {
    const why = broken instanceof Error ? broken.message : String(broken);
    invalidReasons.push(`the run broke off before its last round: ${why}`);
  }
  const described = stages.map((stage, index) => {
    const rounds: CountedRound[] = [];
    for (const round of measured[index] ?? []) {
      const place = `variant '${stage.variant.name}', round ${round.round + 1}`;
      const counted = countRound(round, stage, workers);
      invalidReasons.push(
        ...auditRound(round, stage.variant.load, workers, place, {
          brokerSaw: counted.counts === null ? undefined : connectionsIn(counted.counts),
          manySources: stage.address.startsWith('127.'),
        }),
        ...checkAccounting(round.storm.recording, place),
        ...checkCounts(counted, stage, place),
        ...reconcileAsked(stage.variant, round, place),
      );
      rounds.push(counted);
    }
    return describeVariant(stage.variant, rounds, describeTarget(stage), stage.corpusFigures, workers, {
      ...(stage.failure !== undefined && { failure: stage.failure }),
      ...(stage.variant.impossible !== undefined && { impossible: true }),
      ...(stage.notInstalled && { notInstalled: true }),
    });
  });
  const variants = markNoisyRounds(described);
  const valid = invalidReasons.length === 0;
  const noneRan = variants.every(({ rounds }) => rounds.length === 0);
  const measuredOnly: Result = {
    schema: 'certstorm/result@1',
    scenario: plan,
    seed: plan.seed,
    environment,
    valid,
    invalidReasons,
    interrupted,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    variants,
    comparisons: [],
    thresholds: evaluateThresholds(plan.thresholds, variants),
    verdict: { word: 'passed', exitCode: 0, reasons: [] },
  };
  measuredOnly.variants = withBreakingPoints(measuredOnly);
  // Once more: a breaking point is a metric too, and where no objective is told one of the thresholds is it.
  const thresholds = evaluateThresholds(plan.thresholds, measuredOnly.variants);
  measuredOnly.thresholds = thresholds;
  const { comparisons, notes, noBaseline } = compareRun(measuredOnly, comparing.baseline, comparing.level);
  const { lookCloser } = comparing;
  return {
    ...measuredOnly,
    comparisons,
    ...(notes.length > 0 && { comparisonNotes: notes }),
    verdict: judge({
      variants,
      thresholds,
      valid,
      invalidReasons,
      interrupted,
      noneRan,
      comparisons,
      ...(noBaseline !== undefined && { noBaseline }),
      ...(lookCloser !== undefined && { lookCloser }),
    }),
  };
}

function describeTarget({ variant, version, address, remarks, tuned, inFlightMemory }: Stage): TargetFacts {
  return {
    kind: variant.target.kind,
    version,
    address,
    ...(inFlightMemory !== undefined && { inFlightMemory }),
    ...(remarks.length > 0 && { remarks: [...remarks] }),
    ...(tuned.length > 0 && { tuned: [...tuned] }),
  };
}

type Counted = CountedRound & { strangers: number };

/** Sorts the broker's count by cohort, where it has one and the storm could come from addresses that tell its cohorts apart. */
function countRound(round: MeasuredRound, stage: Stage, workers: number): Counted {
  const before = round.before?.tallies;
  const after = round.after?.tallies;
  if (before == null || after == null || !stage.address.startsWith('127.'))
    return { ...round, counts: null, strangers: 0 };
  const { cohorts, strangers } = countByCohort(before, after, workers, stage.variant.cohorts.length);
  return { ...round, counts: cohorts, strangers };
}

function checkCounts({ counts, strangers, storm, after }: Counted, stage: Stage, place: string): string[] {
  if (counts === null) return [];
  const reasons = stage.variant.cohorts.flatMap(({ name, operation }, index) => {
    const recording = storm.recording.cohorts[index];
    const told = counts[index];
    return recording === undefined || told === undefined
      ? []
      : reconcileCohort(recording, told, `${place}, cohort '${name}'`, {
          operation: operation !== undefined,
          ...(after?.blindTo !== undefined && { blindTo: after.blindTo }),
        });
  });
  if (strangers > 0) {
    reasons.push(
      `${place}: the broker saw ${strangers} connections that are not this run's: leave it to this run alone`,
    );
  }
  return reasons;
}
