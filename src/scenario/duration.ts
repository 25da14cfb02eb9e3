/** `250ms`, `10s`, `1.5s`, `5m`, `1h`: one number and its unit, always whole milliseconds. */
export const durationPattern = /^(?:\d{1,12}ms|\d{1,9}(?:\.\d{1,3})?[smh])$/;

/** The same, above zero. */
export const positiveDurationPattern = /^(?=.*[1-9])(?:\d{1,12}ms|\d{1,9}(?:\.\d{1,3})?[smh])$/;

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const unit = text.endsWith('ms') ? 'ms' : text.endsWith('s') ? 's' : text.endsWith('m') ? 'm' : 'h';
  return Math.round(Number(text.slice(0, -unit.length)) * unitMs[unit]);
}

/** The shortest way to write whole milliseconds as a duration. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
}

/** What was probably meant by something that is no duration: `10` → `10s`, `1m30s` → `90s`, `10 sec` → `10s`. */
export function guessDuration(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && value > 0 && parseDuration(`${value}s`) !== undefined
      ? `${value}s`
      : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const parts = [...value.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== value.toLowerCase()) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of parts) {
    const known = /^(?:ms|milli|msec)/.test(unit)
      ? 'ms'
      : (['s', 'm', 'h'] as const).find((name) => unit.startsWith(name));
    ms += Math.round(Number(amount) * unitMs[unit === '' ? 's' : (known ?? 's')]);
    if (unit !== '' && known === undefined) return undefined;
  }
  return ms > 0 && Number.isSafeInteger(ms) ? formatDuration(ms) : undefined;
}
