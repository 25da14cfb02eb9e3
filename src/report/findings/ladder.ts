import type { Result, RoundResult, VariantResult } from '../../result/index.ts';
import { refusalKinds } from '../../result/index.ts';
import { type Interval, meanInterval, pairedRatio } from '../../stats/index.ts';
import { labelOf } from './labels.ts';
import { byRound, servicesCpu } from './rounds.ts';

/** CPU per attempt, milliseconds, by whose it is. */
export type CpuParts = { broker: number; database: number; services: number };

/** One step of the ladder: clients turned away at one place, and what that costs everybody. */
export type Step = {
  variant: VariantResult;
  index: number;
  refusedAt: string;
  parts: CpuParts;
  /** Broker, database and services together. */
  totalMs: number;
  rounds: number[];
  interval: Interval | null;
  /** Against the yardstick, round by round; null without one, or with one round. */
  ratio: Interval | null;
  clientMs: number | null;
  /** Share of the decided attempts that were turned away: below 1 the costs are of a mix. */
  refusedShare: number;
};

export type Ladder = {
  steps: Step[];
  /** The variant whose clients are all let in. */
  yardstick: Step | null;
  /** Steps that could not be measured, with the reason. */
  skipped: { name: string; reason: string }[];
};

/** The refusal ladder of a result; null unless its variants turn clients away at two places or more, or by three ways at CONNECT. */
export function ladderOf(result: Result): Ladder | null {
  // Victims of a flood and the flood itself have one cost between them, which is nobody's.
  if (result.variants.some(({ breakingPoint }) => breakingPoint !== undefined)) return null;
  const all = result.variants.flatMap((variant, index) => stepOf(variant, index) ?? []);
  const turningAway = all.filter(({ refusedShare }) => refusedShare > 0);
  const places = new Set(turningAway.map(({ refusedAt }) => refusedAt));
  const ways = new Set(turningAway.map(({ variant }) => labelOf(variant.labels, 'connectAuth')));
  if (places.size < 2 && ways.size < 3) return null;
  const yardstick = all.find(({ refusedShare }) => refusedShare === 0) ?? null;
  const against = (step: Step): Step =>
    yardstick === null ? step : { ...step, ratio: pairedRatio(yardstick.rounds, step.rounds) };
  return {
    steps: turningAway.map(against),
    yardstick,
    skipped: result.variants.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [{ name, reason: failure }],
    ),
  };
}

function stepOf(variant: VariantResult, index: number): Step | null {
  const parts = partsOf(variant);
  if (parts === null) return null;
  const rounds = byRound(variant, (round) => {
    const own = partsOf(round);
    return own === null ? undefined : own.broker + own.database + own.services;
  });
  const count = (wanted: (kind: VariantResult['cohorts'][number]['outcomes'][number]['kind']) => boolean) =>
    variant.cohorts.reduce(
      (sum, { outcomes }) =>
        sum + outcomes.reduce((all, one) => (wanted(one.kind) ? all + one.count : all), 0),
      0,
    );
  const refused = count((kind) => refusalKinds.includes(kind));
  const decided = refused + count((kind) => kind === 'accepted');
  if (decided === 0) return null;
  return {
    variant,
    index,
    refusedAt:
      labelOf(variant.labels, 'refusedAt') ||
      (count((kind) => kind === 'connack-refused') > 0 ? 'connect' : 'tls'),
    parts,
    totalMs: parts.broker + parts.database + parts.services,
    rounds,
    interval: meanInterval(rounds),
    ratio: null,
    clientMs: variant.generator.cpuMsPerAttempt ?? null,
    refusedShare: refused / decided,
  };
}

function partsOf(of: Pick<VariantResult, 'services'> & Pick<RoundResult, 'target'>): CpuParts | null {
  const broker = of.target.cpuMsPerAttempt;
  if (broker === undefined) return null;
  const database = servicesCpu(of, ['database']) ?? 0;
  return { broker, database, services: (servicesCpu(of) ?? 0) - database };
}

/** How the cost of turning away at CONNECT stands to that in the handshake, from the rounds of both. */
export type Saving = { early: Step; late: Step; ratio: Interval | null };

/** Each step at CONNECT against the first step in the handshake: what refusing earlier saves. */
export function savings({ steps }: Ladder): Saving[] {
  const early = steps.find(({ refusedAt }) => refusedAt === 'tls');
  if (early === undefined) return [];
  return steps
    .filter(({ refusedAt }) => refusedAt !== 'tls')
    .map((late) => ({ early, late, ratio: pairedRatio(early.rounds, late.rounds) }));
}
