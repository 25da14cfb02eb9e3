import { sampleStandardDeviation } from 'simple-statistics';
import { assumedRunNoise } from '../../src/gate/assumed-noise.ts';
import { seededRandom, trimmedMean } from '../../src/stats/index.ts';
import type { Recording } from './recording.ts';
import {
  againstStored,
  count,
  defaultRounds,
  emptyTally,
  type Rate,
  rateOf,
  sideBySide,
  type Tally,
} from './trials.ts';

/** How often a gate finds what is there, and what is not, in a recording. Null where the recording has too few rounds to say. */
export type RecordedRates = {
  recording: string;
  machine: string;
  pairsOfEqualRounds: number;
  /** SD of the logs: of single rounds, of the ratio of rounds side by side, of the means of sessions, plain and over a reference. */
  noise: { round: number; pairedRound: number; session: number | null; sessionOverReference: number | null };
  inOneRun: Found[];
  againstStoredBaseline: Found[];
};

type Found = {
  slowdown: number;
  how: string;
  slower: Rate | null;
  /** Told apart either way: for equal things, every one of them is a false alarm or a false praise. */
  toldApart: Rate | null;
  inconclusive: Rate | null;
  meanRounds?: number;
};

/** By session and round: the figure of one variant. */
type Series = Map<string, number>;

const resamples = 4000;

export function recordedRates({ name, header, rounds }: Recording): RecordedRates {
  const figures = new Map<string, Series>();
  for (const { variant, session, round, cpuMsPerAttempt } of rounds) {
    const series = figures.get(variant) ?? new Map<string, number>();
    series.set(`${session}/${round}`, cpuMsPerAttempt);
    figures.set(variant, series);
  }
  const of = (variant: string): Series => figures.get(variant) ?? new Map();
  const plain = Object.keys(header.slowdowns).filter((variant) => header.slowdowns[variant] === 0);
  const slowed = Object.keys(header.slowdowns).filter((variant) => header.slowdowns[variant] !== 0);
  const equal = plain.flatMap((one, i) => plain.slice(i + 1).map((other) => [one, other] as const));
  const slowdowns: { slowdown: number; pairs: (readonly [string, string])[] }[] = [
    { slowdown: 0, pairs: equal },
    ...slowed.map((other) => ({
      slowdown: header.slowdowns[other] ?? 0,
      pairs: plain.map((one) => [one, other] as const),
    })),
  ];
  return {
    recording: name,
    machine: header.machine,
    pairsOfEqualRounds: equal.reduce((sum, [one, other]) => sum + shared(of(one), of(other)).length, 0),
    noise: noise(
      plain.map(of),
      equal.map(([one, other]) => [of(one), of(other)]),
    ),
    inOneRun: slowdowns.flatMap(({ slowdown, pairs }) =>
      inOneRun(
        slowdown,
        pairs.map(([one, other]) => [of(one), of(other)]),
      ),
    ),
    againstStoredBaseline: slowdowns.flatMap(({ slowdown, pairs }) => [
      stored(
        slowdown,
        pairs.map(([one, other]) => [of(one), of(other)]),
        null,
      ),
      ...plain.slice(-1).map((reference) =>
        stored(
          slowdown,
          pairs.filter((pair) => !pair.includes(reference)).map(([one, other]) => [of(one), of(other)]),
          of(reference),
        ),
      ),
    ]),
  };
}

/** Blocks of consecutive rounds, none used twice; and rounds drawn at random from all, which are more comparisons but not independent ones. */
function inOneRun(slowdown: number, pairs: [Series, Series][]): Found[] {
  const [blocks, drawn] = [emptyTally(), emptyTally()];
  const random = seededRandom(7);
  for (const [one, other] of pairs) {
    const keys = shared(one, other);
    const verdictOf = (chosen: readonly string[]) =>
      sideBySide(valuesAt(one, chosen), valuesAt(other, chosen));
    for (let start = 0; start + defaultRounds <= keys.length; start += defaultRounds)
      count(blocks, verdictOf(keys.slice(start, start + defaultRounds)));
    for (let draw = 0; keys.length >= 2 * defaultRounds && draw < resamples / pairs.length; draw += 1)
      count(drawn, verdictOf(some(keys, defaultRounds, random)));
  }
  return [
    found(slowdown, `blocks of ${defaultRounds} consecutive rounds`, blocks),
    found(slowdown, `${defaultRounds} rounds drawn from all`, drawn),
  ];
}

/** Every session as the baseline of every later one. */
function stored(slowdown: number, pairs: [Series, Series][], reference: Series | null): Found {
  const tally = emptyTally();
  let roundsTaken = 0;
  for (const [one, other] of pairs) {
    const [before, after] = [bySession(one, reference), bySession(other, reference)];
    for (const [i, baseline] of before.entries()) {
      for (const [j, candidate] of after.entries()) {
        // Of two equal ones each pair of sessions once; else both ways.
        if (i === j || (slowdown === 0 && j < i)) continue;
        const told = againstStored(baseline, candidate, (series) =>
          assumedRunNoise(series, reference !== null),
        );
        count(tally, told?.verdict ?? null);
        roundsTaken += told?.rounds ?? 0;
      }
    }
  }
  const how = `--rounds auto, ${reference === null ? 'no reference' : 'over a reference variant'}`;
  return { ...found(slowdown, how, tally), meanRounds: roundsTaken / Math.max(1, tally.comparisons) };
}

function found(slowdown: number, how: string, tally: Tally): Found {
  return {
    slowdown,
    how,
    slower: rateOf(tally, 'slower'),
    toldApart: rateOf(tally, 'slower', 'faster'),
    inconclusive: rateOf(tally, 'inconclusive'),
  };
}

function noise(plain: Series[], equal: [Series, Series][]): RecordedRates['noise'] {
  const within = plain.flatMap((series) => bySession(series, null)).map((values) => sd(values.map(Math.log)));
  const ratios = equal.flatMap(([one, other]) =>
    bySession(other, one).map((values) => sd(values.map(Math.log))),
  );
  const [reference, ...others] = plain;
  return {
    round: mean(within),
    pairedRound: mean(ratios),
    session: mean(plain.map((series) => sessionSd(bySession(series, null)))),
    sessionOverReference: mean(others.map((series) => sessionSd(bySession(series, reference ?? null)))),
  };
}

/** What the means of sessions differ by, beyond what their rounds explain. */
function sessionSd(sessions: number[][]): number {
  const means = sessions.flatMap((values) => trimmedMean(values.map(Math.log)) ?? []);
  if (means.length < 2) return Number.NaN;
  const spread = sd(means.map(({ estimate }) => estimate)) ** 2;
  const explained = mean(means.map(({ error }) => error ** 2));
  return Math.sqrt(Math.max(0, spread - explained));
}

/** The figures of each session in the order of rounds, each over the reference's of the same round. */
function bySession(series: Series, reference: Series | null): number[][] {
  const sessions = new Map<string, number[]>();
  for (const [key, value] of series) {
    const unit = reference === null ? 1 : reference.get(key);
    if (unit === undefined) continue;
    const session = key.slice(0, key.indexOf('/'));
    sessions.set(session, [...(sessions.get(session) ?? []), value / unit]);
  }
  return [...sessions.values()].filter((values) => values.length >= 8);
}

function shared(one: Series, other: Series): string[] {
  return [...one.keys()].filter((key) => other.has(key));
}

function valuesAt(series: Series, keys: readonly string[]): number[] {
  return keys.map((key) => series.get(key) ?? Number.NaN);
}

function some(keys: readonly string[], size: number, random: () => number): string[] {
  const left = [...keys];
  return Array.from({ length: size }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? '');
}

function mean(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function sd(values: readonly number[]): number {
  return values.length < 2 ? Number.NaN : sampleStandardDeviation([...values]);
}
