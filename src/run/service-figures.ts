import type { EventResult, ServiceResult } from '../result/schema.ts';
import type { ServiceSnapshot } from '../services/index.ts';
import type { MeasuredRound } from './measured-round.ts';

/** What the services that the target asked did in these rounds; undefined where it asked none. */
export function serviceFigures(
  rounds: readonly Pick<MeasuredRound, 'services' | 'storm'>[],
): ServiceResult[] | undefined {
  const kinds = new Set(rounds.flatMap(({ services }) => services.after.map(({ service }) => service)));
  if (kinds.size === 0) return undefined;
  return [...kinds].map((kind) => {
    let cpuUserMs = 0;
    let cpuSystemMs = 0;
    let rssBytes = 0;
    let attempts = 0;
    let bytesSent = 0;
    let bytesReceived = 0;
    const requests: Record<string, number> = {};
    const answers: Record<string, number> = {};
    for (const { services, storm } of rounds) {
      const of = (snapshots: ServiceSnapshot[]) => snapshots.find(({ service }) => service === kind);
      const before = of(services.before);
      const after = of(services.after);
      if (before === undefined || after === undefined) continue;
      cpuUserMs += after.cpuUserMs - before.cpuUserMs;
      cpuSystemMs += after.cpuSystemMs - before.cpuSystemMs;
      rssBytes = Math.max(rssBytes, after.rssBytes);
      attempts += storm.recording.started;
      bytesSent += after.bytesSent - before.bytesSent;
      bytesReceived += after.bytesReceived - before.bytesReceived;
      addDifferences(requests, before.requests, after.requests);
      addDifferences(answers, before.answers, after.answers);
    }
    return {
      kind,
      ...(attempts > 0 && { cpuMsPerAttempt: (cpuUserMs + cpuSystemMs) / attempts }),
      cpuUserMs,
      cpuSystemMs,
      rssPeakMiB: rssBytes / 2 ** 20,
      requests,
      answers,
      bytesSent,
      bytesReceived,
    };
  });
}

function addDifferences(
  sums: Record<string, number>,
  before: Record<string, number>,
  after: Record<string, number>,
): void {
  for (const [name, count] of Object.entries(after)) {
    const more = count - (before[name] ?? 0);
    if (more > 0) sums[name] = (sums[name] ?? 0) + more;
  }
}

/** What happened in a round; undefined where nothing was to happen. */
export function eventFigures({ events }: MeasuredRound): EventResult[] | undefined {
  if (events.length === 0) return undefined;
  return events.map(({ plan, atMs, doneMs, identities }) =>
    plan.kind === 'revoke'
      ? {
          kind: plan.kind,
          atMs,
          doneMs,
          cohort: plan.cohort,
          ...(identities !== undefined && { identities }),
        }
      : { kind: plan.kind, atMs, doneMs, service: plan.service, faults: plan.faults },
  );
}
