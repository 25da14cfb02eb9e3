import type { RoundResult } from '../../../result/index.ts';
import { faultSpans } from '../../findings/faults.ts';
import type { Axis } from './axis.ts';
import type { Marker } from './panel.ts';

/** What the scenario did in mid-round, on an axis of seconds since the round began: revocations as lines, faults as spans. */
export function eventMarkers(round: RoundResult, x: Axis): Marker[] {
  const revocations = (round.events ?? [])
    .filter(({ kind }) => kind === 'revoke')
    .map(({ atMs }) => ({ at: x.position(atMs / 1000), label: 'revoked' }));
  const faults = faultSpans(round).map(({ fromMs, toMs, faults: names }) => ({
    at: x.position(fromMs / 1000),
    until: x.position(toMs / 1000),
    label: names.length === 1 ? (names[0] ?? '') : 'faults',
    tone: 'warning' as const,
  }));
  return [...revocations, ...faults];
}
