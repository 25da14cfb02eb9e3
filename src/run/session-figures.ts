import type { CohortRecording, LatencyRecording } from '../metrics/recording.ts';
import { summarise } from '../metrics/summary.ts';
import type { Negotiated, Recovery, Sessions } from '../result/schema.ts';
import type { TlsPlan } from '../scenario/plan.ts';

/** What became of the sessions that clients held; undefined where none was opened. */
export function describeSessions({ sessions }: CohortRecording): Sessions | undefined {
  if (sessions === undefined) return undefined;
  const { publish, recovery, dropped, firstCutMs, lastCutMs, ...counts } = sessions;
  const publishMs = summarise(publish);
  return {
    ...counts,
    ...(firstCutMs === undefined ? {} : { firstCutMs }),
    ...(lastCutMs === undefined ? {} : { lastCutMs }),
    ...(publishMs === undefined ? {} : { publishMs }),
    ...(dropped === 0 ? {} : { recovery: describeRecovery(dropped, recovery) }),
  };
}

/** When half, 95 % and all of the clients that were dropped were back; absent where so many were not. */
function describeRecovery(dropped: number, { histogram, count, maxUs }: LatencyRecording): Recovery {
  const whenBack = (share: number): number | undefined =>
    count < Math.ceil(dropped * share)
      ? undefined
      : Math.min(maxUs, histogram.getValueAtPercentile((Math.ceil(dropped * share) / count) * 100)) / 1000;
  const [p50, p95, p100] = [whenBack(0.5), whenBack(0.95), whenBack(1)];
  return {
    dropped,
    back: count,
    ...(p50 === undefined ? {} : { p50 }),
    ...(p95 === undefined ? {} : { p95 }),
    ...(p100 === undefined ? {} : { p100 }),
  };
}

/** What was agreed on, beside what was asked for; undefined where no handshake was finished. */
export function describeNegotiated(
  { negotiated }: CohortRecording,
  tls: TlsPlan = {},
): Negotiated | undefined {
  const { ticketLifetimeS, ...counts } = negotiated;
  if (Object.keys(counts.protocol).length === 0) return undefined;
  const offered = Object.keys(ticketLifetimeS).length > 0;
  // Who offers both versions prefers the newer one (RFC 8446, 4.2.1); a suite is preferred among those of that version.
  const version = tls.versions && (tls.versions.includes('1.3') ? 'TLSv1.3' : 'TLSv1.2');
  const preferred = {
    protocol: version,
    cipher: tls.ciphers?.[0],
    group: tls.groups?.[0],
    alpn: tls.alpn?.[0],
  };
  const asAsked: Record<string, number> = {};
  for (const [field, value] of Object.entries(preferred))
    if (value !== undefined) asAsked[field] = counts[field as keyof typeof preferred][value] ?? 0;
  if (offered) asAsked.resumed = counts.resumed;
  return {
    ...counts,
    ...(offered && { ticketLifetimeS }),
    earlyData: 'not offered',
    ...(Object.keys(asAsked).length > 0 && { asAsked }),
  };
}
