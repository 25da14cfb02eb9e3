import type { BrokerSettings } from '../config.ts';
import type { RevocationFigures } from './figures.ts';

export type UnavailableCause = 'crl-unavailable' | 'ocsp-unavailable';

const causes: readonly string[] = ['crl-unavailable', 'ocsp-unavailable'] satisfies UnavailableCause[];

/** Whether a client was refused for want of its status, and not for what it is. */
export const isUnavailable = (cause: string): boolean => causes.includes(cause);

/** What becomes of a client whose status can't be had, counted: null lets it in, `cause` refuses it. */
export function unavailable(
  cause: UnavailableCause,
  onUnavailable: BrokerSettings['onUnavailable'],
  figures: RevocationFigures,
): string | null {
  const open = onUnavailable === 'fail-open';
  figures.add(open ? 'failedOpen' : 'failedClosed');
  return open ? null : cause;
}
