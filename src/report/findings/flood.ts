import type {
  CohortResult,
  Result,
  RoundResult,
  ThresholdResult,
  VariantResult,
} from '../../result/index.ts';
import { type Interval, meanInterval } from '../../stats/index.ts';
import { differingLabels, shortName } from './labels.ts';
import { latencySlices, quantileOfBins } from './latency-slices.ts';
import { expectedNames } from './slices.ts';

/** What the victims of a flood had at one rate of it. */
export type FloodPoint = {
  /** Attempts of unwelcome clients that were started, per second. */
  rate: number;
  /** 99th percentile of what victims waited: connects of good clients, or a publish with QoS 1 where sessions publish. */
  p99Ms: number | null;
  /** Share of the good clients' attempts that were not let in. */
  lostShare: number;
  /** Sessions publish, and none had its PUBACK. */
  stalled: boolean;
  /** Sessions that the broker ended, or lost. */
  cut: number;
  missedPings: number;
};

/** Bounds of the rate from which on the objective is missed: kept at `low`, missed at `high` and beyond. */
export type Breaking = { low: number; high: number } | 'never' | 'always';

export type FloodCurve = {
  name: string;
  /** By a rate that grows within the round, by rates that a search has tried, or by variants with a rate each. */
  how: 'ramp' | 'search' | 'variants';
  /** Places of its variants in the result. */
  indices: number[];
  points: FloodPoint[];
  /** By round, then over all. */
  rounds: Breaking[];
  breaking: Breaking;
  /** Of the breaking point over rounds that have one; null for fewer than two. */
  interval: Interval | null;
};

export type Flood = { objectiveMs: number; objective: string; waiting: string; curves: FloodCurve[] };

/** Labels that say how strong the flood is: a variant for each strength makes one curve of them. */
const rateLabels = ['rate', 'floodRate', 'vus', 'weight', 'target'];
/** The rates of a curve must differ by this factor to be a curve at all. */
const leastRange = 2;
/** Without an objective in the scenario the victims' wait may grow this much. */
const tolerated = 3;
/** A ramp is read in so many steps. */
const rampSteps = 16;

/**
 * Victims against flood rate. A curve is one variant whose unwelcome clients ramp up, or several variants with a rate each.
 *
 * @returns null unless welcome clients hold sessions (the victims) beside a flood of unwelcome ones.
 */
export function floodOf(result: Result): Flood | null {
  const flooded = result.variants.flatMap((variant, index) =>
    isFlooded(variant) ? [{ variant, index }] : [],
  );
  if (flooded.length === 0) return null;
  const objective = objectiveOf(
    result.thresholds,
    flooded.map(({ variant }) => variant),
  );
  const reading = readingOf(objective?.metric, flooded);
  const searched = searches(flooded);
  const read = [
    ...ramps(
      flooded.filter(({ index }) => !searched.some(({ indices }) => indices[0] === index)),
      reading,
    ),
    ...(searched.length > 0 ? searched : steps(result, flooded)),
  ];
  const raw = read.filter(({ points }) => rangeOf(points) >= leastRange);
  if (raw.length === 0) return null;
  const quietest = raw.flatMap(({ points }) => points[0]?.p99Ms ?? []);
  const objectiveMs = objective?.limit ?? tolerated * Math.max(1, ...quietest);
  const publishing = raw.some(({ how }) => how === 'variants')
    ? flooded.some(({ variant }) => publishes(variant.cohorts))
    : reading.of === 'publish';
  return {
    objectiveMs,
    objective: objective?.expression ?? `not more than ${tolerated} times what they wait without a flood`,
    waiting: publishing ? 'a publish with QoS 1' : 'a CONNACK',
    curves: raw.map(({ byRound, found, ...curve }) => {
      const rounds = found?.rounds ?? byRound.map((points) => breakingOf(points, objectiveMs));
      const breaking = found?.breaking ?? breakingOf(curve.points, objectiveMs);
      return { ...curve, rounds, breaking, interval: overRounds(rounds) };
    }),
  };
}

type RawCurve = Pick<FloodCurve, 'name' | 'how' | 'indices' | 'points'> & {
  byRound: FloodPoint[][];
  /** Where it is known without the points. */
  found?: { rounds: Breaking[]; breaking: Breaking };
};

/** What tells by the time of a round how long victims wait. */
type Reading = { of: 'latency' | 'publish'; names: ReadonlySet<string> | null };

type Flooded = readonly { variant: VariantResult; index: number }[];

/** As the objective has it; else publishes, where they are told by time. */
function readingOf(metric: string | undefined, flooded: Flooded): Reading {
  const [cohort = '', of] = metric?.split('.') ?? [];
  if (of === 'publish' || of === 'authenticated') {
    return { of: of === 'publish' ? of : 'latency', names: new Set([cohort]) };
  }
  const published = flooded.some(({ variant }) =>
    variant.rounds.some(({ timeline }) => timeline.publish !== undefined),
  );
  return { of: metric === undefined && published ? 'publish' : 'latency', names: null };
}

function isFlooded({ cohorts }: VariantResult): boolean {
  const sessions = cohorts.some(
    ({ expected, sessions: held }) => expected === 'accept' && held !== undefined,
  );
  return sessions && expectedNames(cohorts, false).size > 0;
}

type Told = Pick<ThresholdResult, 'expression' | 'metric' | 'limit'>;

/** What the load is held against; else the first threshold on what the victims wait. */
function objectiveOf(
  thresholds: readonly ThresholdResult[],
  variants: readonly VariantResult[],
): Told | null {
  const planned = variants.flatMap(({ objective }) => objective ?? []).find(({ unit }) => unit === 'ms');
  if (planned !== undefined) return planned;
  const welcome = new Set(variants.flatMap(({ cohorts }) => [...expectedNames(cohorts, true)]));
  return (
    thresholds.find(
      ({ metric, unit }) =>
        unit === 'ms' && metric.endsWith('.p99') && welcome.has(metric.split('.')[0] ?? ''),
    ) ?? null
  );
}

/** One variant whose flood changes within the round. */
function ramps(flooded: Flooded, reading: Reading): RawCurve[] {
  return flooded.flatMap(({ variant, index }) => {
    const byRound = variant.rounds.map((round) => rampPoints(variant, round, reading));
    const [first] = byRound;
    if (first === undefined || rangeOf(first) < leastRange) return [];
    return [{ name: variant.name, how: 'ramp', indices: [index], byRound, points: averaged(byRound) }];
  });
}

function rampPoints({ cohorts }: VariantResult, round: RoundResult, reading: Reading): FloodPoint[] {
  const { timeline } = round;
  const welcome = expectedNames(cohorts, true);
  const unwelcome = expectedNames(cohorts, false);
  const latencies = latencySlices(round, reading.names ?? welcome, reading.of);
  if (latencies === null) return [];
  const length = Math.max(0, ...timeline.cohorts.map(({ started }) => started.length));
  const stride = Math.max(1, Math.ceil(length / rampSteps));
  const sum = (
    names: ReadonlySet<string>,
    column: 'started' | 'accepted' | 'refused' | 'failed',
    from: number,
  ) =>
    timeline.cohorts
      .filter(({ name }) => names.has(name))
      .reduce((all, line) => all + line[column].slice(from, from + stride).reduce((a, b) => a + b, 0), 0);
  const points: FloodPoint[] = [];
  for (let from = 0; from + stride <= length; from += stride) {
    const counts: number[] = [];
    for (const bins of latencies.slice(from, from + stride))
      for (const [bin, value] of bins.counts.entries()) counts[bin] = (counts[bin] ?? 0) + (value ?? 0);
    const boundsMs = latencies[0]?.boundsMs ?? [];
    const held = (slice: number) =>
      timeline.cohorts.reduce((all, line) => all + (line.held?.[slice] ?? 0), 0);
    const missedPings = timeline.cohorts.reduce(
      (all, line) => all + (line.missedPings?.slice(from, from + stride).reduce((a, b) => a + b, 0) ?? 0),
      0,
    );
    const p99Ms = quantileOfBins({ boundsMs, counts }, 0.99);
    const lost = sum(welcome, 'refused', from) + sum(welcome, 'failed', from);
    points.push({
      rate: (1000 * sum(unwelcome, 'started', from)) / (stride * timeline.intervalMs),
      p99Ms,
      stalled: reading.of === 'publish' && p99Ms === null && from > 0 && held(from) > 0,
      lostShare: share(lost, lost + sum(welcome, 'accepted', from)),
      cut: Math.max(0, held(Math.max(0, from - 1)) - held(from + stride - 1)),
      missedPings,
    });
  }
  // What comes after the top of the ramp is the way back, which is another question.
  const top = points.reduce((best, { rate }, i) => (rate > (points[best]?.rate ?? 0) ? i : best), 0);
  return points.slice(0, top + 1).filter(({ rate, p99Ms }) => rate > 0 || p99Ms !== null);
}

/** Rates of the flood that a search for the highest one has tried. */
function searches(flooded: Flooded): RawCurve[] {
  return flooded.flatMap(({ variant, index }) => {
    const limits = variant.rounds.flatMap(({ limit }) => limit ?? []);
    const byRound = limits.map(({ probes }) =>
      probes
        .flatMap(({ floodRate, observed }): FloodPoint[] =>
          floodRate === undefined
            ? []
            : [{ rate: floodRate, p99Ms: observed, stalled: false, lostShare: 0, cut: 0, missedPings: 0 }],
        )
        .toSorted((a, b) => a.rate - b.rate),
    );
    const points = byRound.flat().toSorted((a, b) => a.rate - b.rate);
    if (points.length === 0) return [];
    const rounds = limits.map(searched);
    return [
      {
        name: variant.name,
        how: 'search' as const,
        indices: [index],
        byRound,
        points,
        found: { rounds, breaking: middleOf(rounds) },
      },
    ];
  });
}

function searched({ low, high, probes }: NonNullable<RoundResult['limit']>): Breaking {
  const floodAt = (rate: number | undefined) => probes.find((probe) => probe.rate === rate)?.floodRate;
  if (high === undefined) return 'never';
  return low === 0 ? 'always' : { low: floodAt(low) ?? low, high: floodAt(high) ?? high };
}

/** Of several rounds the bounds' geometric means; what happened to most of them where not all broke. */
function middleOf(rounds: readonly Breaking[]): Breaking {
  const broken = rounds.flatMap((one) => (typeof one === 'string' ? [] : [one]));
  const whole = rounds.filter((one) => typeof one === 'string');
  if (broken.length <= whole.length && whole[0] !== undefined) return whole[0];
  const mean = (values: readonly number[]) =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  return { low: mean(broken.map(({ low }) => low)), high: mean(broken.map(({ high }) => high)) };
}

/** Several variants that differ in the strength of their flood. */
function steps(result: Result, flooded: Flooded): RawCurve[] {
  const keys = differingLabels(result, rateLabels);
  const groups = Map.groupBy(flooded, ({ variant }) => (keys.length === 0 ? '' : shortName(variant, keys)));
  return [...groups].flatMap(([name, members]) => {
    if (members.length < 3) return [];
    const most = Math.max(...members.map(({ variant }) => variant.rounds.length));
    const pointsOf = (rounds: (variant: VariantResult) => readonly RoundResult[]) =>
      members
        .flatMap(({ variant }) => stepPoint(variant, rounds(variant)) ?? [])
        .toSorted((a, b) => a.rate - b.rate);
    return [
      {
        name: name === '' ? 'all variants' : name,
        how: 'variants' as const,
        indices: members.map(({ index }) => index),
        points: pointsOf(({ rounds }) => rounds),
        byRound: Array.from({ length: most }, (_, i) => pointsOf(({ rounds }) => rounds.slice(i, i + 1))),
      },
    ];
  });
}

function stepPoint({ cohorts }: VariantResult, rounds: readonly RoundResult[]): FloodPoint | null {
  if (rounds.length === 0) return null;
  const unwelcome = expectedNames(cohorts, false);
  const welcome = expectedNames(cohorts, true);
  const own = rounds.flatMap((round) => round.cohorts);
  const sum = (names: ReadonlySet<string>, pick: (cohort: (typeof own)[number]) => number) =>
    own.reduce((all, cohort) => (names.has(cohort.name) ? all + pick(cohort) : all), 0);
  const seconds = rounds.reduce((all, { elapsedMs }) => all + elapsedMs, 0) / 1000;
  const waited = own.flatMap(({ name, sessions, latencyMs }) =>
    welcome.has(name) ? (sessions?.publishMs?.p99 ?? latencyMs.authenticated?.p99 ?? []) : [],
  );
  return {
    rate: sum(unwelcome, ({ attempts }) => attempts) / seconds,
    p99Ms: waited.length === 0 ? null : Math.max(...waited),
    stalled: false,
    lostShare: share(
      sum(welcome, ({ falseRejects, errors }) => falseRejects + errors),
      sum(welcome, ({ attempts }) => attempts),
    ),
    cut: sum(welcome, ({ sessions }) => sessions?.cut ?? 0),
    missedPings: sum(welcome, ({ sessions }) => sessions?.missedPings ?? 0),
  };
}

function publishes(cohorts: readonly CohortResult[]): boolean {
  return cohorts.some(({ sessions }) => sessions?.publishMs !== undefined);
}

/** Each round knows its breaking point between two rates only: the bounds reach from the lower ones' interval to the upper ones'. */
function overRounds(rounds: readonly Breaking[]): Interval | null {
  const known = rounds.flatMap((one) => (typeof one === 'string' || one.low <= 0 ? [] : [one]));
  const lows = meanInterval(known.map(({ low }) => Math.log(low)));
  const highs = meanInterval(known.map(({ high }) => Math.log(high)));
  if (lows === null || highs === null) return null;
  return {
    estimate: Math.exp((lows.estimate + highs.estimate) / 2),
    low: Math.exp(lows.low),
    high: Math.exp(highs.high),
    confidence: lows.confidence,
  };
}

/** The first of two steps in a row that miss it, or the last one: a single stall is no breaking point. */
function breakingOf(points: readonly FloodPoint[], objectiveMs: number): Breaking {
  const missed = ({ p99Ms, stalled, cut, lostShare }: FloodPoint) =>
    stalled || cut > 0 || lostShare > 0.01 || (p99Ms !== null && p99Ms > objectiveMs);
  const all = points.map(missed);
  const broke = all.findIndex((miss, i) => miss && (all[i + 1] ?? true));
  if (broke === -1) return 'never';
  const [before, at] = [points[broke - 1], points[broke]];
  return before === undefined || at === undefined ? 'always' : { low: before.rate, high: at.rate };
}

/** The same step of each round: the mean of the rates and shares, the median of the waits. */
function averaged(byRound: readonly FloodPoint[][]): FloodPoint[] {
  const length = Math.min(...byRound.map((points) => points.length));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return Array.from({ length }, (_, i) => {
    const same = byRound.flatMap((points) => points[i] ?? []);
    const waits = same.flatMap(({ p99Ms }) => p99Ms ?? []).toSorted((a, b) => a - b);
    return {
      rate: mean(same.map(({ rate }) => rate)),
      p99Ms: waits[Math.floor((waits.length - 1) / 2)] ?? null,
      stalled: same.some(({ stalled }) => stalled),
      lostShare: mean(same.map(({ lostShare }) => lostShare)),
      cut: mean(same.map(({ cut }) => cut)),
      missedPings: mean(same.map(({ missedPings }) => missedPings)),
    };
  });
}

function rangeOf(points: readonly FloodPoint[]): number {
  const rates = points.map(({ rate }) => rate).filter((rate) => rate > 0);
  return points.length < 3 || rates.length < 2 ? 0 : Math.max(...rates) / Math.min(...rates);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
