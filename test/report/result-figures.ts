import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { coefficientOfVariation } from 'simple-statistics';
import { faultsOf } from '../../src/report/findings/faults.ts';
import { floodOf } from '../../src/report/findings/flood.ts';
import { ladderOf, savings } from '../../src/report/findings/ladder.ts';
import { lagsOf } from '../../src/report/findings/lag.ts';
import { quantileOfBins } from '../../src/report/findings/latency-slices.ts';
import { leagueOf } from '../../src/report/findings/league.ts';
import { calibrationFactor, costFactor, inOrder } from '../../src/report/findings/machine-course.ts';
import { recoveriesOf } from '../../src/report/findings/recovery.ts';
import { costCurves, crossovers } from '../../src/report/findings/revocation-cost.ts';
import { costsOf } from '../../src/report/html/calculator/costs.ts';
import { dailyPrices } from '../../src/report/html/calculator/daily-prices.ts';
import type { CohortResult, Result, RoundResult, VariantResult } from '../../src/result/index.ts';
import { meanInterval, pairedRatio, roundsToDecide, wilson } from '../../src/stats/index.ts';

/** A number of the result, or one that a formula makes of its numbers. */
export function* resultFigures(result: Result): Generator<number> {
  yield* numbersIn(result);
  for (const variant of result.variants) {
    // Cumulative shares of attempts: quantiles of the histograms, microseconds.
    for (const { histograms } of variant.cohorts)
      for (const text of Object.values(histograms)) yield* quantiles(text);
    for (const round of variant.rounds) yield* ofRound(round);
    yield* intervals(variant.rounds.flatMap(({ target }) => target.cpuMsPerAttempt ?? []));
    // Attempts a second: the mean of the rounds, and over all of them.
    for (const counted of ['started', 'finished'] as const) {
      const rates = variant.rounds.map(
        ({ accounting, elapsedMs }) => (1000 * accounting[counted]) / elapsedMs,
      );
      yield mean(rates);
      yield (1000 * variant.accounting[counted]) /
        variant.rounds.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
    }
    yield* intervals(variant.rounds.flatMap(({ generator }) => generator.cpuMsPerAttempt ?? []));
    // Collections: their share of the CPU of their process, per cent.
    for (const { collections, cpuUserMs = 0, cpuSystemMs = 0 } of [variant.target, variant.generator])
      if (collections !== undefined) yield 100 * (collections.totalMs / (cpuUserMs + cpuSystemMs));
    yield (variant.target.inFlightMemory?.bytesPerAttempt ?? 0) / 1024;
    // Bytes: the mean over cohorts, by their attempts.
    const attempts = variant.cohorts.reduce((sum, cohort) => sum + cohort.attempts, 0);
    for (const way of ['sent', 'received'] as const)
      yield variant.cohorts.reduce((sum, { bytes, attempts: n }) => sum + bytes[way] * n, 0) / attempts;
  }
}

/** What each kind of scenario is about has its formulas in src/report/findings, and tests of its own. */
export function* findingFigures(result: Result): Generator<number> {
  const curves = costCurves(result);
  const fleet = { devices: 100_000, share: 0.01, reconnectsADay: 4, crlHours: 24, lifetimeDays: 1 };
  const ladder = ladderOf(result);
  for (const { points } of curves) for (const { cpuMs } of points) yield 1000 / cpuMs;
  for (const { totalMs, clientMs } of [
    ...(ladder?.steps ?? []),
    ladder?.yardstick ?? { totalMs: 0, clientMs: null },
  ])
    if (clientMs) yield totalMs / clientMs;
  for (const { stretches } of faultsOf(result))
    for (const { unwelcome, falseAccepts, welcome, falseRejects } of Object.values(stretches)) {
      if (unwelcome > 0) yield* numbersIn(wilson(falseAccepts, unwelcome));
      if (welcome > 0) yield* numbersIn(wilson(falseRejects, welcome));
    }
  yield* withIntervals([
    curves,
    crossovers(curves),
    dailyPrices(costsOf(result, curves), fleet),
    faultsOf(result),
    floodOf(result),
    ladder,
    ladder === null ? null : savings(ladder),
    lagsOf(result),
    leagueOf(result),
    recoveriesOf(result),
  ]);
}

/** What a figure is of: it says in which forms it is written. */
export type Kind = 'time' | 'count' | 'share' | 'ratio' | 'any';

/**
 * What sentences are made of: merged figures, those of whole rounds without their courses, and sums, shares and intervals of them. Each by
 * its kind, and few enough that an invented one is hardly one of these.
 */
export function* sentenceFigures(result: Result): Generator<[Kind, number]> {
  const { variants, thresholds, comparisons, verdict, seed } = result;
  const cohorts = variants.flatMap((variant) => variant.cohorts);
  const names = new Set(cohorts.map(({ name }) => name));
  const rounds = variants.flatMap((variant) => variant.rounds);
  yield* of('any', numbersIn([thresholds, verdict, seed]));
  for (const { ratio, low, high, confidence, tolerance = 0 } of comparisons) {
    yield* of('ratio', [ratio, low, high]);
    yield* of('share', [confidence, tolerance]);
  }
  yield ['time', Date.parse(result.finishedAt) - Date.parse(result.startedAt)];
  const failed = thresholds.filter(({ passed }) => !passed).length;
  yield* of('count', [variants.length, rounds.length, thresholds.length, failed, names.size]);
  yield* of('count', [comparisons.length, cohorts.length]);
  yield* of(
    'count',
    ['slower', 'inconclusive', 'faster', 'same'].map(
      (word) => comparisons.filter((comparison) => comparison.verdict === word).length,
    ),
  );
  yield ['count', variants.reduce((sum, { accounting }) => sum + accounting.finished, 0)];
  yield* countsOf(cohorts);
  for (const name of names) yield* countsOf(cohorts.filter((cohort) => cohort.name === name));
  for (const variant of variants) {
    const { cohorts: own, rounds: played, ...merged } = variant;
    yield* of('any', numbersIn(merged));
    yield* countsOf(own);
    for (const cohort of own) yield* ofCohort(cohort);
    yield ['share', variant.accounting.missedArrivals / variant.accounting.scheduled];
    yield* costsOfProcesses(variant);
    for (const { index, target, elapsedMs, events, timeline } of played) {
      yield ['count', index + 1];
      yield* of('time', [target.cpuMsPerAttempt ?? 0, elapsedMs, timeline.intervalMs]);
      yield* of('time', numbersIn(events));
      yield ['share', ((target.cpuUserMs ?? 0) + (target.cpuSystemMs ?? 0)) / elapsedMs];
    }
    const cpu = played.flatMap(({ target }) => target.cpuMsPerAttempt ?? []);
    yield* of('time', intervals(cpu));
    if (cpu.length > 1) yield ['share', coefficientOfVariation(cpu)];
    for (const { name, expected } of own) {
      if (expected !== 'accept') continue;
      const medians = played.flatMap(
        (round) => round.cohorts.find((cohort) => cohort.name === name)?.latencyMs.authenticated?.p50 ?? [],
      );
      yield* of('time', [...intervals(medians), mean(medians), ...medians]);
    }
  }
  // Against the usual of the run, and how many rounds the machine's signals speak against.
  const played = inOrder(result);
  for (const one of played) yield* of('ratio', [calibrationFactor(played, one) ?? 0, costFactor(one) ?? 0]);
  yield ['count', played.filter(({ round }) => (round.machine?.noisy ?? []).length > 0).length];
  // The cheapest variant against the dearest.
  const costs = variants.map((variant) =>
    variant.rounds.flatMap(({ target }) => target.cpuMsPerAttempt ?? []),
  );
  const sorted = costs.toSorted((one, other) => mean(one) - mean(other));
  const [cheapest = [], dearest = []] = [sorted[0], sorted.at(-1)];
  yield* of('ratio', numbersIn(pairedRatio(cheapest, dearest)));
  yield ['count', roundsToDecide(cheapest, dearest) ?? 0];
  const overall = variants.flatMap(({ target }) => target.cpuMsPerAttempt ?? []);
  yield ['ratio', Math.max(...overall) / Math.min(...overall)];
}

/** Its times are those until it was let in or turned away, as the histograms have them too. */
function* ofCohort(cohort: CohortResult): Generator<[Kind, number]> {
  const { latencyMs, responseMs: _, histograms, bytes: __, ...counts } = cohort;
  yield* of('any', numbersIn(counts));
  yield* countsOf([cohort]);
  for (const phase of ['authenticated', 'rejected'] as const) {
    const { p50 = 0, p90 = 0, p99 = 0, p999 = 0 } = latencyMs[phase] ?? {};
    yield* of('time', [p50, p90, p99, p999]);
    const text = histograms[phase];
    if (text !== undefined) yield* of('time', quantiles(text, [50, 90, 99, 99.9]));
  }
}

/** CPU per attempt by user and system, and how many attempts a second fill a core. */
function* costsOfProcesses({
  target,
  generator,
}: Pick<VariantResult, 'target' | 'generator'>): Generator<[Kind, number]> {
  for (const { cpuUserMs = 0, cpuSystemMs = 0, cpuMsPerAttempt = 0 } of [target, generator]) {
    const all = cpuUserMs + cpuSystemMs;
    yield* of('time', [(cpuMsPerAttempt * cpuUserMs) / all, (cpuMsPerAttempt * cpuSystemMs) / all]);
    yield ['count', 1000 / cpuMsPerAttempt];
  }
}

function* of(kind: Kind, values: Iterable<number>): Generator<[Kind, number]> {
  for (const value of values) yield [kind, value];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Attempts by what became of them and whether they should have been let in, their shares, and how sure those are (Wilson). */
function* countsOf(cohorts: readonly CohortResult[]): Generator<[Kind, number]> {
  const sum = (all: readonly CohortResult[], pick: (cohort: CohortResult) => number) =>
    all.reduce((total, cohort) => total + pick(cohort), 0);
  const welcome = cohorts.filter(({ expected }) => expected === 'accept');
  const unwelcome = cohorts.filter(({ expected }) => expected !== 'accept');
  for (const all of [cohorts, welcome, unwelcome]) {
    const attempts = sum(all, (cohort) => cohort.attempts);
    const errors = sum(all, (cohort) => cohort.errors);
    for (const trials of [attempts, attempts - errors])
      for (const some of [
        0,
        errors,
        sum(all, (cohort) => cohort.falseAccepts),
        sum(all, (cohort) => cohort.falseRejects),
        sum(all, ({ outcomes }) => outcomes.find(({ kind }) => kind === 'accepted')?.count ?? 0),
      ]) {
        const bounds = trials > 0 ? wilson(some, trials) : null;
        yield* of('count', [some, trials]);
        yield* of('share', [some / trials, bounds?.low ?? 0, bounds?.high ?? 0]);
      }
    yield ['count', sum(all, ({ brokerCounts }) => brokerCounts?.refusedAtTls ?? 0)];
    yield ['count', sum(all, ({ brokerCounts }) => brokerCounts?.refusedAtConnect ?? 0)];
    yield ['count', all.filter(({ attempts: n, errors: wrong }) => n > 0 && n - wrong < 100).length];
    yield ['count', all.filter(({ falseAccepts, falseRejects }) => falseAccepts + falseRejects > 0).length];
  }
}

function* ofRound({
  index,
  order,
  timeline,
  accounting,
  elapsedMs,
  target,
  machine,
}: RoundResult): Generator<number> {
  // Steal: per cent of all CPU time.
  yield 100 * (machine?.stealShare ?? 0);
  // Rounds are counted from 1 for people.
  yield index + 1;
  yield order + 1;
  yield (1000 * accounting.finished) / elapsedMs;
  yield (1000 * accounting.started) / elapsedMs;
  if (target.cpuMsPerAttempt !== undefined) yield 1000 / target.cpuMsPerAttempt;
  const { intervalMs, cohorts } = timeline;
  const length = Math.max(0, ...cohorts.map(({ started }) => started.length));
  // Attempts a second in a slice of the round, or the mean over several slices.
  for (const column of ['started', 'accepted', 'refused', 'failed'] as const) {
    const perSecond = Array.from(
      { length },
      (_, slice) =>
        (cohorts.reduce((sum, cohort) => sum + (cohort[column][slice] ?? 0), 0) * 1000) / intervalMs,
    );
    for (let stride = 1; stride <= length; stride++)
      for (let at = 0; at < length; at += stride) {
        const group = perSecond.slice(at, at + stride);
        yield group.reduce((sum, value) => sum + value, 0) / group.length;
      }
  }
  for (let slice = 0; slice < length; slice++) yield (slice * intervalMs) / 1000;
  // CPU between two samples, per cent of a core; and when, seconds.
  const { atMs = [], cpuMs = [] } = timeline.target ?? {};
  for (const [i, at] of atMs.entries()) {
    yield at / 1000;
    yield (100 * ((cpuMs[i] ?? 0) - (cpuMs[i - 1] ?? 0))) / (at - (atMs[i - 1] ?? 0));
  }
  for (const { decided, fromS, p50Ms, p99Ms } of latenciesOverTime(timeline))
    yield* [decided, fromS, p50Ms, p99Ms];
}

/** Latencies by slice, or by several joined: how many were decided, and quantiles on the logarithmic scale between the bounds of a bin. */
export function* latenciesOverTime({ latency, intervalMs }: RoundResult['timeline']) {
  const { boundsMs = [], cohorts = [] } = latency ?? {};
  for (const { counts } of cohorts) {
    const slices = counts.split(';').map((text) => {
      const bins: number[] = [];
      for (const [bin, n] of text.split(' ').map((pair) => pair.split(':').map(Number)))
        if (bin !== undefined && n !== undefined) bins[bin] = n;
      return bins;
    });
    for (let stride = 1; stride <= slices.length; stride++)
      for (let at = 0; at < slices.length; at += stride) {
        const joined = boundsMs.map((_, bin) =>
          slices.slice(at, at + stride).reduce((sum, bins) => sum + (bins[bin] ?? 0), 0),
        );
        const quantile = (share: number) => quantileOfBins({ boundsMs, counts: joined }, share) ?? 0;
        yield {
          decided: joined.reduce((sum, n) => sum + n, 0),
          fromS: (at * intervalMs) / 1000,
          middleS: ((at + stride / 2) * intervalMs) / 1000,
          p50Ms: quantile(0.5),
          p99Ms: quantile(0.99),
        };
      }
  }
}

const shares = [0, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 100];

function* quantiles(text: string, percents = shares): Generator<number> {
  const histogram = decodeFromCompressedBase64(text);
  for (const percent of percents) yield histogram.getValueAtPercentile(percent) / 1000;
}

function* intervals(values: readonly number[]): Generator<number> {
  const found = meanInterval(values);
  if (found === null) return;
  yield found.low;
  yield found.high;
}

/** The numbers of a finding but not of the variants that it is about, and the interval of each series of rounds. */
function* withIntervals(value: unknown): Generator<number> {
  if (typeof value === 'number') yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'variant') continue;
    if (name === 'rounds' && Array.isArray(part) && part.every((one) => typeof one === 'number'))
      yield* intervals(part);
    yield* withIntervals(part);
  }
}

function* numbersIn(value: unknown): Generator<number> {
  if (typeof value === 'number') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* numbersIn(part);
}
