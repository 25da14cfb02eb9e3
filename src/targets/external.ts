import { readFileSync } from 'node:fs';
import { connectAuthNames, revocationNames } from '../broker/index.ts';
import { containerProcess } from './container.ts';
import { probe } from './probe.ts';
import { readTreeUsage } from './process-tree.ts';
import { readPrometheusUsage } from './prometheus.ts';
import type { RunningTarget, TargetKind, TargetOrder, TargetSnapshot } from './target.ts';
import { TargetError } from './target-error.ts';

type Usage = Pick<
  TargetSnapshot,
  'cpuUserMs' | 'cpuSystemMs' | 'rssBytes' | 'rssPeakBytes' | 'threads' | 'procCpuMs'
>;

type Given = NonNullable<TargetOrder['external']>;

const what = 'the external broker';
const probeTimeoutMs = 5_000;

/**
 * A broker that somebody else has started: stormed at its address, ended never. What it checks is what its owner has told it to; the
 * scenario says so for the report. Its CPU is that of a process of this machine, or what it says at a Prometheus endpoint, or unknown.
 */
export const external: TargetKind = {
  kind: 'external',
  revocation: revocationNames,
  connectAuth: [...connectAuthNames, 'certificate'],
  transports: ['tls', 'wss', 'tcp'],
  async start(order, signal) {
    const { host, port } = order;
    const given = await withProcess(order.external ?? {});
    const serverName = given.serverName ?? host;
    const read = usageReader(given);
    await read();
    const answer = await probe({
      ...{ host, port, serverName, transport: order.transport, timeoutMs: probeTimeoutMs },
      ...(order.serverCaFile !== undefined && { serverCaFile: order.serverCaFile }),
      ...(order.probe !== undefined && { client: order.probe }),
    });
    if (signal?.aborted) throw new TargetError('ERR_TARGET_STOPPED', `${what} was no longer wanted`);
    if (answer.state !== 'ready') {
      throw new TargetError(
        'ERR_TARGET_ANSWER',
        `${what} at ${host}:${port} cannot be stormed: ${answer.reason}`,
      );
    }
    return running(order, given, serverName, read);
  },
};

/** A container is known by its first process. */
async function withProcess(given: Given): Promise<Given> {
  return given.container === undefined
    ? given
    : { ...given, processId: await containerProcess(given.container) };
}

function running(
  { host, port }: TargetOrder,
  given: Given,
  serverName: string,
  read: () => Promise<Usage>,
): RunningTarget {
  return {
    address: { host, port },
    serverName,
    pid: given.processId ?? null,
    version: `external broker${given.processId === undefined ? '' : ` '${nameOf(given.processId)}'`}`,
    keepsakes: [],
    remarks: remarksOf(given),
    prepareRound: async () => undefined,
    snapshot: async () => ({
      ...(await read()),
      tallies: null,
      eventLoopDelayMs: null,
      connections: null,
      pending: null,
    }),
    // Nobody here is told of its end: attempts find no connection then.
    died: new Promise(() => undefined),
    stop: async () => undefined,
    killNow: () => undefined,
  };
}

function remarksOf({ processId, metricsUrl }: Given): string[] {
  return [
    'its state before a round is its own affair: nothing was collected or set back',
    ...(processId === undefined && metricsUrl !== undefined
      ? ['its CPU is what it says itself, user and system in one figure']
      : []),
    ...(processId === undefined && metricsUrl === undefined
      ? ['its CPU is not known: target.processId, target.container or target.metricsUrl would tell']
      : []),
  ];
}

function usageReader({ processId, metricsUrl }: Given): () => Promise<Usage> {
  if (processId !== undefined) {
    return async () => {
      const usage = readTreeUsage(processId);
      if (usage === null)
        throw new TargetError(
          'ERR_TARGET_GONE',
          `there is no process ${processId}, or no /proc (target.processId, target.container)`,
        );
      const { cpuUserMs, cpuSystemMs, rssBytes, rssPeakBytes, threads } = usage;
      return { cpuUserMs, cpuSystemMs, rssBytes, rssPeakBytes, threads, procCpuMs: null };
    };
  }
  if (metricsUrl !== undefined) {
    return async () => {
      const { cpuMs, rssBytes } = await readPrometheusUsage(metricsUrl);
      return { cpuUserMs: cpuMs, cpuSystemMs: 0, rssBytes, rssPeakBytes: rssBytes, procCpuMs: null };
    };
  }
  return async () => ({
    cpuUserMs: null,
    cpuSystemMs: null,
    rssBytes: null,
    rssPeakBytes: null,
    procCpuMs: null,
  });
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // The next snapshot says that it is gone.
    return String(pid);
  }
}
