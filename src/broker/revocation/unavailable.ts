import type { BrokerSettings } from '../config.ts';
import type { RevocationFigures } from './figures.ts';

/** What becomes of a client whose status can't be had, counted: null lets it in, `cause` refuses it. */
export function unavailable(
  cause: string,
  onUnavailable: BrokerSettings['onUnavailable'],
  figures: RevocationFigures,
): string | null {
  const open = onUnavailable === 'fail-open';
  figures.add(open ? 'failedOpen' : 'failedClosed');
  return open ? null : cause;
}
