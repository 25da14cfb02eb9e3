import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { guardGroup } from './guard.ts';
import { lastLinesOf } from './last-lines.ts';
import { probe } from './probe.ts';
import { readTreeUsage } from './process-tree.ts';
import { serverNameOf } from './server-name.ts';
import type {
  Keepsake,
  OwnTarget,
  RunningTarget,
  TargetDeath,
  TargetOrder,
  TargetSnapshot,
} from './target.ts';
import { TargetError } from './target-error.ts';
import { WatchedProcess } from './watched-process.ts';

/** `blindTo`: what is missing in its tallies. */
type Counts = Pick<TargetSnapshot, 'tallies' | 'connections' | 'pending' | 'blindTo'>;

/** A broker's program as it is to be started in the foreground. */
export type Launch = {
  /** How sentences call it: `Mosquitto`. */
  what: string;
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  port: number;
  /** Where stdout and stderr go. */
  logFile: string;
  readyWithinMs: number;
  /** Killed without being asked first. */
  abrupt?: boolean;
  keepsakes: readonly Keepsake[];
  remarks?: readonly string[];
  tuned?: readonly string[];
  /** Asked once, when it is ready. */
  version(): Promise<string> | string;
  /** Its own count of connections, where it keeps one that can be trusted. */
  counts?(say: (line: string) => void): Counts | Promise<Counts>;
  /** It reads lines on its standard input, `say` writes one; and ends when that ends. */
  takesOrders?: boolean;
  prepareRound?(pid: number, say: (line: string) => void): Promise<void>;
  reloadRevocation?(pid: number): Promise<void>;
};

const probeTimeoutMs = 2_000;
const probeIntervalMs = 50;
/** How long one that let clients wait may take for one handshake more. */
const silentMs = 3_000;

/**
 * Starts a broker's program in a process group of its own and waits until it answers a real handshake. Whatever goes wrong, and also when
 * this process is killed, nothing of the group is left.
 *
 * Throws TargetError: `ERR_TARGET_SPAWN`, `ERR_TARGET_DIED`, `ERR_TARGET_SILENT` (not ready in time), `ERR_TARGET_ANSWER` (not TLS, not MQTT,
 * another's certificate), `ERR_TARGET_STOPPED`.
 */
export async function startSpawned(
  launch: Launch,
  order: TargetOrder,
  signal?: AbortSignal,
): Promise<OwnTarget> {
  const { what } = launch;
  throwIfStopped(what, signal);
  const watched = await WatchedProcess.watch(spawnInGroup(launch), what, {
    lastWords: () => lastLinesOf(launch.logFile),
    group: true,
  });
  const release = guardGroup(watched.pid);
  const kill = () => void watched.kill();
  signal?.addEventListener('abort', kill);
  try {
    const address = { host: order.host, port: launch.port };
    const serverName = serverNameOf(await readFile(order.serverCertFile)) ?? order.host;
    await untilReady(launch, { ...address, serverName }, order, watched, signal);
    const version = await launch.version();
    return runningBroker(launch, order, watched, release, { address, serverName, version });
  } catch (error) {
    await watched.kill();
    release();
    throwIfStopped(what, signal);
    if (error instanceof TargetError) error.keepsakes = launch.keepsakes;
    throw error;
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function runningBroker(
  launch: Launch,
  order: TargetOrder,
  watched: WatchedProcess,
  release: () => void,
  facts: Pick<RunningTarget, 'address' | 'serverName' | 'version'>,
): OwnTarget {
  const { what, keepsakes, remarks = [], tuned = [], reloadRevocation, prepareRound, counts } = launch;
  const { pid } = watched;
  return {
    ...facts,
    pid,
    keepsakes,
    remarks,
    tuned,
    died: watched.died,
    async silence() {
      const answer = await probe({
        ...probeOrder(order),
        ...facts.address,
        serverName: facts.serverName,
        timeoutMs: silentMs,
      });
      return answer.state === 'ready'
        ? null
        : `${what}: ${answer.reason}${lastWords(lastLinesOf(launch.logFile))}`;
    },
    prepareRound: async () => prepareRound?.(pid, (line) => watched.say(line)),
    ...(reloadRevocation !== undefined && { reloadRevocation: () => reloadRevocation(pid) }),
    async snapshot() {
      const usage = readTreeUsage(pid);
      if (usage === null) throw new TargetError('ERR_TARGET_GONE', `${what} is gone, or there is no /proc`);
      const { cpuUserMs, cpuSystemMs, rssBytes, rssPeakBytes, threads } = usage;
      return {
        ...{ cpuUserMs, cpuSystemMs, rssBytes, rssPeakBytes, threads },
        ...((await counts?.((line) => watched.say(line))) ?? {
          tallies: null,
          connections: null,
          pending: null,
        }),
        eventLoopDelayMs: null,
        procCpuMs: cpuUserMs + cpuSystemMs,
      };
    },
    async stop() {
      await (launch.abrupt ? watched.kill() : watched.stop(() => watched.send('SIGTERM')));
      release();
    },
    killNow: () => watched.killNow(),
  };
}

function spawnInGroup({ what, program, args, env, cwd, logFile, takesOrders }: Launch): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(program, args, {
      // Descriptors and not pipes: what a broker says costs this process nothing.
      stdio: [takesOrders ? 'pipe' : 'ignore', log, log],
      env: env ?? process.env,
      ...(cwd !== undefined && { cwd }),
      // Ctrl-C reaches the terminal's process group, and the conductor decides when the broker stops.
      detached: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TargetError('ERR_TARGET_SPAWN', `${what} could not be started: ${reason}`, { cause: error });
  } finally {
    closeSync(log);
  }
}

async function untilReady(
  { what, readyWithinMs, logFile }: Launch,
  address: { host: string; port: number; serverName: string },
  order: TargetOrder,
  watched: WatchedProcess,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  const over = watched.ended.then((death) => {
    throw new TargetError('ERR_TARGET_DIED', `${what} did not start: it ${howItEnded(death)}`);
  });
  for (;;) {
    const answer = await Promise.race([
      over,
      probe({
        ...address,
        ...probeOrder(order),
        timeoutMs: probeTimeoutMs,
      }),
    ]);
    throwIfStopped(what, signal);
    if (answer.state === 'ready') return;
    if (answer.state === 'wrong') {
      throw new TargetError('ERR_TARGET_ANSWER', `${what} is no broker to storm: ${answer.reason}`);
    }
    if (performance.now() > deadline) {
      throw new TargetError(
        'ERR_TARGET_SILENT',
        `${what} was not ready within ${readyWithinMs / 1000} s: ${answer.reason}${lastWords(lastLinesOf(logFile))}`,
      );
    }
    await Promise.race([over, delay(probeIntervalMs)]);
  }
}

function probeOrder({ serverCaFile, probe: client, transport }: TargetOrder) {
  return {
    transport,
    ...(serverCaFile !== undefined && { serverCaFile }),
    ...(client !== undefined && { client }),
  };
}

function howItEnded({ code, signal, lastStderr }: TargetDeath): string {
  const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
  return how + lastWords(lastStderr);
}

/** A broker often says what is wrong before it says that it gives up. */
function lastWords(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `; its last words: ${lines.slice(-5).join(' | ')}`;
}

function throwIfStopped(what: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new TargetError('ERR_TARGET_STOPPED', `${what} was stopped before it had started`);
}
