import { scaleLinear, scaleLog } from 'd3-scale';
import { threeDigits } from '../../words/numbers.ts';

/** An axis maps a value to 0…1 along it, and knows its ticks. `minor` ticks lose their label where the chart is narrow. */
export type Axis = {
  /** Says what is measured, with its unit. */
  title: string;
  position(value: number): number;
  ticks: readonly { at: number; label: string; minor: boolean }[];
  /** Seconds of a round that the axis covers from 0 on: then the same moment is shown in all panels at once. */
  spanS?: number;
};

/** From 0, with round ticks: bars may stand on it. */
export function linearAxis(title: string, max: number, wanted = 5): Axis {
  const scale = scaleLinear()
    .domain([0, max > 0 ? max : 1])
    .range([0, 1])
    .nice(wanted);
  const ticks = scale.ticks(wanted);
  return {
    title,
    position: (value) => clamp(scale(value)),
    ticks: ticks.map((value, i) => ({ at: scale(value), label: tickLabel(value), minor: i % 2 === 1 })),
  };
}

/** Logarithmic with 1-2-5 ticks, from the tick below the least value to the tick above the greatest. */
export function logAxis(title: string, values: readonly number[], wanted = 8): Axis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const low = edge(least(positive) ?? 1, 'below');
  const high = Math.max(edge(greatest(positive) ?? 10, 'above'), low * 2);
  const scale = scaleLog().domain([low, high]).range([0, 1]);
  const shown = new Set(thin(steps(low, high, [1, 2, 5]), low, high, wanted));
  return {
    title,
    position: (value) => clamp(scale(Math.max(value, low))),
    ticks: [...shown].map((value) => ({
      at: scale(value),
      label: tickLabel(value),
      minor: !isDecade(value),
    })),
  };
}

/** Where the first size stands on an axis that begins with 0. */
const gapAfterZero = 0.1;

/** Sizes from 0 on: logarithmic, and 0, which has no logarithm, at the axis' edge; from there a straight line to the first. */
export function sizeAxis(title: string, values: readonly number[], wanted = 8): Axis {
  const axis = logAxis(title, values, wanted);
  if (!values.includes(0)) return axis;
  const moved = (share: number) => gapAfterZero + (1 - gapAfterZero) * share;
  const first = least(values.filter((value) => value > 0)) ?? 1;
  const atFirst = moved(axis.position(first));
  return {
    title,
    position: (value) =>
      value < first ? (Math.max(0, value) / first) * atFirst : moved(axis.position(value)),
    ticks: [
      { at: 0, label: '0', minor: false },
      ...axis.ticks.map((tick) => ({ ...tick, at: moved(tick.at) })),
    ],
  };
}

/** Ratios around 1, which is always on it. For dots and intervals, never for bars: it does not begin at 0. */
export function ratioAxis(title: string, values: readonly number[]): Axis {
  const finite = values.filter(Number.isFinite);
  const scale = scaleLinear()
    .domain([Math.min(0.98, ...finite), Math.max(1.02, ...finite)])
    .range([0, 1])
    .nice(6);
  return {
    title,
    position: (value) => clamp(scale(value)),
    ticks: scale
      .ticks(6)
      .map((value, i) => ({ at: scale(value), label: tickLabel(value), minor: i % 2 === 1 })),
  };
}

/** Percentiles by their number of nines: p0, p50, p90, p99, p99.9 …, as far as this many values can tell. */
export function ninesAxis(values: number): Axis & { nines: number } {
  const nines = Math.max(1, Math.min(5, Math.log10(Math.max(10, values))));
  const named = [
    [0, ''],
    [Math.log10(2), 'p50'],
    [1, 'p90'],
    [2, 'p99'],
    [3, 'p99.9'],
    [4, 'p99.99'],
    [5, 'p99.999'],
  ] as const;
  return {
    title: 'percentile',
    nines,
    position: (share) => clamp(-Math.log10(Math.max(1 - share, 10 ** -nines)) / nines),
    ticks: named
      .filter(([at]) => at <= nines + 1e-9)
      .map(([at, label]) => ({ at: at / nines, label, minor: false })),
  };
}

/** Seconds since a round began. */
export function timeAxis(seconds: number): Axis {
  return { ...spanAxis('time since the round began, s', 0, seconds), spanS: seconds };
}

/** From one value to another, without rounding either: for time, whose ends are no less true for not being round. */
export function spanAxis(title: string, from: number, to: number): Axis {
  const scale = scaleLinear()
    .domain([from, to > from ? to : from + 1])
    .range([0, 1]);
  return {
    title,
    position: (value) => clamp(scale(value)),
    ticks: scale
      .ticks(5)
      .map((value, i) => ({ at: scale(value), label: tickLabel(value), minor: i % 2 === 1 })),
  };
}

export function greatest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}

/** 1-2-5 while they fit, then decades, then every second, third … decade. */
function thin(all: readonly number[], low: number, high: number, wanted: number): readonly number[] {
  if (all.length <= wanted) return all;
  const decades = steps(low, high, [1]);
  if (decades.length < 2) return all.filter((_, i) => i % Math.ceil(all.length / wanted) === 0);
  const stride = Math.ceil(decades.length / wanted);
  return decades.filter((_, i) => i % stride === 0);
}

function steps(low: number, high: number, digits: readonly number[]): number[] {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.ceil(Math.log10(high) - 1e-9);
  const decades = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return decades
    .flatMap((exponent) => digits.map((digit) => power(digit, exponent)))
    .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

/** The 1-2-5 step next to a value. */
function edge(value: number, side: 'below' | 'above'): number {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const candidates = [-1, 0, 1].flatMap((shift) => [1, 2, 5].map((digit) => power(digit, exponent + shift)));
  const fitting =
    side === 'below'
      ? candidates.filter((step) => step <= value * (1 + 1e-9)).at(-1)
      : candidates.find((step) => step >= value * (1 - 1e-9));
  return fitting ?? value;
}

/** Division keeps 0.1, 0.2, 0.5 what they are; 10 ** -1 * 2 does not always. */
function power(digit: number, exponent: number): number {
  return exponent < 0 ? digit / 10 ** -exponent : digit * 10 ** exponent;
}

function isDecade(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

/** Ticks are round already: `0.5`, `20`, `1 000`, without the zeros that a measured figure keeps. */
function tickLabel(value: number): string {
  return threeDigits(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
