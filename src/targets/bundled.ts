import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type BrokerConfig,
  BrokerError,
  brokerEntry,
  ControlClient,
  connectAuthNames,
  type Prepared,
  prepareConnectAuth,
  revocationNames,
} from '../broker/index.ts';
import { controlFd } from '../channel/lines.ts';
import { askedDatabase } from './asked-database.ts';
import { readProcessUsage } from './process-usage.ts';
import { serverNameOf } from './server-name.ts';
import type { OwnTarget, RunningTarget, TargetKind, TargetOrder } from './target.ts';
import { notInstalledCode, TargetError } from './target-error.ts';
import { describeDeath, WatchedProcess } from './watched-process.ts';

const what = 'the bundled broker';

/** certstorm's own broker (aedes behind Node's TLS) in a process of its own, on the same Node binary as this process. */
export const bundled = {
  kind: 'bundled',
  revocation: revocationNames,
  connectAuth: connectAuthNames,
  transports: ['tls', 'wss', 'tcp'],
  mqttVersions: ['3.1.1'],
  lacks: {
    'mqttVersion: 5': 'the bundled broker speaks MQTT 3.1.1 alone, as aedes does',
    'connectAuth: certificate':
      'bundled takes a good certificate for who a client is and looks nobody up by it (connectAuth none)',
  },
  async start(order: TargetOrder, signal?: AbortSignal): Promise<OwnTarget> {
    throwIfStopped(signal);
    const { connectAuth, users, workDir, broker: settings } = order;
    const prepared = await prepareConnectAuth(connectAuth, { users, workDir, settings }).catch(rethrow);
    try {
      return await startPrepared(order, prepared, signal);
    } catch (error) {
      await prepared.remove();
      throw error;
    }
  },
} satisfies TargetKind;

async function startPrepared(
  order: TargetOrder,
  prepared: Prepared,
  signal: AbortSignal | undefined,
): Promise<OwnTarget> {
  const config = brokerConfig(order, prepared);
  throwIfStopped(signal);
  const child = spawnBroker();
  const watched = await WatchedProcess.watch(child, what);
  const control = new ControlClient(controlChannel(child));
  void watched.ended.then((death) =>
    control.end(new BrokerError('ERR_BROKER_GONE', `${what} ${describeDeath(death)}`)),
  );
  const kill = () => void watched.kill();
  signal?.addEventListener('abort', kill);
  try {
    throwIfStopped(signal);
    const { port, version } = await control.start(config);
    const address = { host: order.host, port };
    const serverName = serverNameOf(await readFile(order.serverCertFile)) ?? order.host;
    return runningBroker(watched, control, prepared, { address, serverName, version });
  } catch (error) {
    await watched.kill();
    throwIfStopped(signal);
    throw asTargetError(error);
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function runningBroker(
  watched: WatchedProcess,
  control: ControlClient,
  prepared: Prepared,
  facts: Pick<RunningTarget, 'address' | 'serverName' | 'version'>,
): OwnTarget {
  let removed: Promise<void> | null = null;
  return {
    ...facts,
    pid: watched.pid,
    asked: askedDatabase(prepared),
    died: watched.died,
    prepareRound: () => control.mark().catch(rethrow),
    reloadRevocation: () => control.reloadRevocation().catch(rethrow),
    async snapshot() {
      const snapshot = await control.snapshot().catch(rethrow);
      const usage = readProcessUsage(watched.pid);
      return { ...snapshot, procCpuMs: usage === null ? null : usage.cpuUserMs + usage.cpuSystemMs };
    },
    killNow: () => watched.killNow(),
    keepsakes: [],
    remarks: [],
    stop: async () => {
      await watched.stop(() => control.requestStop());
      removed ??= prepared.remove();
      await removed;
    },
  };
}

function brokerConfig(order: TargetOrder, { usersFile, userTable }: Prepared): BrokerConfig {
  return {
    host: order.host,
    port: order.port,
    certFile: order.serverCertFile,
    keyFile: order.serverKeyFile,
    clientCaFile: order.clientCaFile,
    crlFile: order.crlFile,
    revocation: order.revocation,
    connectAuth: order.connectAuth,
    usersFile,
    userTable,
    sessionTickets: order.sessionTickets,
    transport: order.transport,
    tlsVersions: order.tlsVersions === null ? null : [...order.tlsVersions],
    clientCertificates: order.clientCertificates,
    ocspUrl: order.services.ocspUrl,
    crlUrl: order.services.crlUrl,
    allowListFile: order.allowListFile ?? null,
    authUrl: order.services.authUrl,
    settings: order.broker,
  };
}

function spawnBroker(): ChildProcess {
  // What is measured must not depend on a debugger or a flag that the user's shell has set for Node.
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Password hashes run in libuv's pool, which has four threads however many cores there are.
  env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  try {
    return spawn(process.execPath, ['--expose-gc', fileURLToPath(brokerEntry)], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches the terminal's whole process group, and the conductor decides when the broker stops.
      // It can't be orphaned by that, since it ends with the control channel.
      detached: true,
    });
  } catch (error) {
    throw new TargetError('ERR_TARGET_SPAWN', `${what} could not be started: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function controlChannel(child: ChildProcess): Duplex {
  const channel = child.stdio[controlFd];
  if (channel instanceof Duplex) return channel;
  throw new TargetError('ERR_TARGET_SPAWN', `${what} could not be started: it has no control channel`);
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new TargetError('ERR_TARGET_STOPPED', `${what} was stopped before it had started`);
}

function rethrow(error: unknown): never {
  throw asTargetError(error);
}

function asTargetError(error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  const told = error instanceof BrokerError ? error.code : 'ERR_TARGET';
  // A step that lacks its database is left out of a run, as a broker is that is not installed.
  const code = told === 'ERR_BROKER_DATABASE_DOWN' ? notInstalledCode : told;
  return new TargetError(code, messageOf(error), { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
