import type { CohortResult } from '../result/schema.ts';
import type { MetricFamily, MetricUnit } from './metrics.ts';

/** A figure of a cohort's held sessions, or of what its handshakes agreed on; null where the run gave none. */
export type SessionMetric = { suffix: string; unit: MetricUnit; read(cohort: CohortResult): number | null };

const counts = ['opened', 'peak', 'atEnd', 'cut', 'missedPings'] as const;
const stats = ['p50', 'p90', 'p99', 'max'] as const;
const shares = ['p50', 'p95', 'p100'] as const;

export const sessionMetrics: readonly SessionMetric[] = [
  ...counts.map(
    (count): SessionMetric => ({
      suffix: `sessions.${count}`,
      unit: '',
      read: ({ sessions }) => sessions?.[count] ?? null,
    }),
  ),
  ...stats.map(
    (stat): SessionMetric => ({
      suffix: `publish.${stat}`,
      unit: 'ms',
      read: ({ sessions }) => sessions?.publishMs?.[stat] ?? null,
    }),
  ),
  ...shares.map(
    (share): SessionMetric => ({
      suffix: `recovery.${share}`,
      unit: 'ms',
      read: ({ sessions }) => sessions?.recovery?.[share] ?? null,
    }),
  ),
  { suffix: 'recovery.back', unit: '', read: ({ sessions }) => sessions?.recovery?.back ?? null },
  { suffix: 'resumed', unit: '', read: ({ negotiated }) => negotiated?.resumed ?? null },
];

export const sessionFamilies: readonly MetricFamily[] = [
  {
    pattern: `COHORT.sessions.(${counts.join('|')})`,
    unit: '',
    describe:
      'Sessions that clients held: opened in all, held at once at most, still held at the end, ended by the broker.',
  },
  {
    pattern: `COHORT.publish.(${stats.join('|')})`,
    unit: 'ms',
    describe: 'PUBLISH with QoS 1 to its PUBACK.',
  },
  {
    pattern: `COHORT.recovery.(${shares.join('|')})`,
    unit: 'ms',
    describe: 'From the cut of a `reconnect-storm` until half, 95 % and all of the clients were back.',
  },
  { pattern: 'COHORT.recovery.back', unit: '', describe: 'Clients that came back after the cut.' },
  { pattern: 'COHORT.resumed', unit: '', describe: 'Handshakes that resumed an earlier session.' },
];
