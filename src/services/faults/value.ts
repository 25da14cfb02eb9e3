import { ServiceError } from '../service-error.ts';

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250ms`, `10s`, `5m`, `1h` in milliseconds. Throws ServiceError. */
export function readDurationMs(text: string, place: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = units[unit];
  if (number === undefined || factor === undefined)
    throw new ServiceError(
      'ERR_SERVICE_FAULT',
      `${place}: "${text}" is no duration such as 250ms, 10s or 5m`,
    );
  return Number(number) * factor;
}

/** A whole number of at least `least`. Throws ServiceError. */
export function readWhole(
  text: string,
  place: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new ServiceError(
      'ERR_SERVICE_FAULT',
      `${place}: "${text}" is no whole number from ${least} to ${most}`,
    );
  return number;
}
