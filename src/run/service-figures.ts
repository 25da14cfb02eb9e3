import type { EventResult, ServiceResult } from '../result/schema.ts';
import { compareSources } from './cpu-sources.ts';
import type { MeasuredRound, MeasuredService } from './measured-round.ts';
import { slowestBetween } from './reload-stall.ts';

/** What the services that the target asked did in these rounds; undefined where it asked none. */
export function serviceFigures(
  rounds: readonly Pick<MeasuredRound, 'services' | 'storm'>[],
): ServiceResult[] | undefined {
  const kinds = new Set(rounds.flatMap(({ services }) => services.after.map(({ service }) => service)));
  if (kinds.size === 0) return undefined;
  return [...kinds].map((kind) => describeService(kind, rounds));
}

function describeService(
  kind: string,
  rounds: readonly Pick<MeasuredRound, 'services' | 'storm'>[],
): ServiceResult {
  const sums = { user: 0, system: 0, total: 0, rss: 0, attempts: 0 };
  const requests: Record<string, number> = {};
  const answers: Record<string, number> = {};
  const octets = { sent: 0, received: 0 };
  const readings: Parameters<typeof compareSources>[0][number][] = [];
  let place = {};
  let countsOctets = false;
  for (const { services, storm } of rounds) {
    const of = (snapshots: MeasuredService[]) => snapshots.find(({ service }) => service === kind);
    const before = of(services.before);
    const after = of(services.after);
    if (before === undefined || after === undefined) continue;
    if ('version' in after) place = { version: after.version, address: after.address };
    readings.push({ before: before.cpu, after: after.cpu });
    const cpu = cpuBetween(before, after);
    if (cpu !== null) {
      sums.user += cpu.user;
      sums.system += cpu.system;
      sums.total += cpu.total;
      sums.attempts += storm.recording.started;
    }
    if ('bytesSent' in before && 'bytesSent' in after) {
      countsOctets = true;
      octets.sent += after.bytesSent - before.bytesSent;
      octets.received += after.bytesReceived - before.bytesReceived;
    }
    sums.rss = Math.max(sums.rss, after.rssBytes ?? 0);
    addDifferences(requests, before.requests, after.requests);
    addDifferences(answers, before.answers, after.answers);
  }
  const sources = compareSources(readings);
  return {
    kind,
    ...place,
    ...(sums.attempts > 0 && {
      cpuMsPerAttempt: sums.total / sums.attempts,
      cpuUserMs: sums.user,
      cpuSystemMs: sums.system,
    }),
    ...(sources !== undefined && { cpuSources: sources }),
    ...(sums.rss > 0 && { rssPeakMiB: sums.rss / 2 ** 20 }),
    requests,
    answers,
    ...(countsOctets && { bytesSent: octets.sent, bytesReceived: octets.received }),
  };
}

/** Connections that services took in a round, of those that count them; undefined where none does. */
export function connectionsTaken({ before, after }: MeasuredRound['services']): number | undefined {
  const each = after.flatMap((now) => {
    const then = before.find(({ service }) => service === now.service);
    return then !== undefined && 'connections' in then && 'connections' in now
      ? [now.connections - then.connections]
      : [];
  });
  return each.length === 0 ? undefined : each.reduce((sum, count) => sum + count, 0);
}

/** Where the scheduler's clock is known it is the sum, and ticks of 10 ms only divide it. */
function cpuBetween(
  before: MeasuredService,
  after: MeasuredService,
): { user: number; system: number; total: number } | null {
  if (before.cpuUserMs === null || before.cpuSystemMs === null) return null;
  if (after.cpuUserMs === null || after.cpuSystemMs === null) return null;
  const user = after.cpuUserMs - before.cpuUserMs;
  const system = after.cpuSystemMs - before.cpuSystemMs;
  const fine = 'cpuMs' in after && 'cpuMs' in before ? (after.cpuMs ?? NaN) - (before.cpuMs ?? NaN) : NaN;
  if (!Number.isFinite(fine)) return { user, system, total: user + system };
  const share = user + system === 0 ? 1 : user / (user + system);
  return { user: fine * share, system: fine * (1 - share), total: fine };
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
export function eventFigures({ events, storm }: MeasuredRound): EventResult[] | undefined {
  if (events.length === 0) return undefined;
  return events.map(({ plan, atMs, doneMs, identities }) => {
    const slowestMs = slowestBetween(storm.recording.timeline, atMs, doneMs);
    return plan.kind === 'revoke'
      ? {
          kind: plan.kind,
          atMs,
          doneMs,
          ...(slowestMs !== undefined && { slowestMs }),
          cohort: plan.cohort,
          ...(identities !== undefined && { identities }),
        }
      : { kind: plan.kind, atMs, doneMs, service: plan.service, faults: plan.faults };
  });
}
