import type { Interval } from '../../stats/index.ts';

/** Narrow no-break space: between thousands and before a unit. */
export const thinSpace = '\u202f';

/** 12 345, whole. */
export function count(value: number): string {
  return group(String(Math.round(value)));
}

/** Three significant digits, never an exponent below 10^15: `3.10`, `0.0123`, `12 300`. */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return '–';
  const size = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  if (size < -6) return value.toPrecision(3);
  return size >= 2 ? group(String(Number(value.toPrecision(3)))) : value.toFixed(2 - size);
}

/** Milliseconds in the unit that reads best: `850 µs`, `3.10 ms`, `1.20 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const size = Math.abs(ms);
  if (size === 0) return `0${thinSpace}ms`;
  if (size < 0.9995) return `${threeDigits(ms * 1000)}${thinSpace}µs`;
  if (size < 999.5) return `${threeDigits(ms)}${thinSpace}ms`;
  if (size < 59_950) return `${threeDigits(ms / 1000)}${thinSpace}s`;
  const seconds = Math.round(ms / 1000);
  return `${count(Math.floor(seconds / 60))}${thinSpace}min ${seconds % 60}${thinSpace}s`;
}

/** Milliseconds to the second: `0 s`, `12 s`, `1 min 33 s`, for time that goes by while it is read. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}${thinSpace}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${thinSpace}min ${seconds % 60}${thinSpace}s`;
  return `${count(Math.floor(seconds / 3600))}${thinSpace}h ${Math.floor((seconds % 3600) / 60)}${thinSpace}min`;
}

/** A share as per cent: `0.17 %`; never `100 %` for less than all and never `0 %` for more than none. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value}${thinSpace}%`;
  if (value > 99) return `${100 - Number((100 - value).toPrecision(2))}${thinSpace}%`;
  return `${Number(value.toPrecision(value < 10 ? 2 : 3))}${thinSpace}%`;
}

export function bytes(size: number): string {
  if (size < 1024) return `${count(size)}${thinSpace}B`;
  if (size < 1024 ** 2) return `${threeDigits(size / 1024)}${thinSpace}KiB`;
  return `${threeDigits(size / 1024 ** 2)}${thinSpace}MiB`;
}

/** `95 %: 0.95–1.25`; a quantity that can't be negative is cut at 0. */
export function bounds(interval: Interval, format: (value: number) => string = threeDigits): string {
  return `${percent(interval.confidence)}: ${format(Math.max(0, interval.low))}–${format(interval.high)}`;
}

/** A measured figure beside its unit. */
export function withUnit(value: number, unit: string): string {
  return unit === '' ? threeDigits(value) : `${threeDigits(value)}${thinSpace}${unit}`;
}

function group(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thinSpace);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
