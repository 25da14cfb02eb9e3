import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { controlFd } from '../channel/lines.ts';
import { ServiceControl } from './control/client.ts';
import type { ServiceOrder, ServiceStarted } from './control/protocol.ts';
import type { RevokeOrder, ServiceSnapshot } from './service.ts';
import { ServiceError } from './service-error.ts';

const entry = new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url);

/** How long a process may take to end after it was asked to, before it is killed. */
const gracePeriodMs = 3000;
/** What is kept of its stderr, to be told when it dies. */
const keptStderr = 2000;

const names: Readonly<Record<ServiceOrder['service'], string>> = {
  ocsp: 'the OCSP responder',
  crl: 'the CRL distribution point',
  auth: 'the auth service',
};

/** A service in a process of its own. Every method throws ServiceError when that process is gone. */
export type RunningService = ServiceStarted & {
  pid: number;
  /** Settles, with a sentence, only when the process ended without having been asked to. */
  died: Promise<string>;
  snapshot(): Promise<ServiceSnapshot>;
  revoke(order: RevokeOrder): Promise<void>;
  setFaults(faults: readonly string[]): Promise<void>;
  /** Resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
};

/**
 * Starts a service in a process of its own, on the same Node binary; it ends with the process that started it. Resolves when its port is
 * open. Throws ServiceError with a sentence for the user.
 */
export async function startService(order: ServiceOrder): Promise<RunningService> {
  const what = names[order.service];
  const child = spawnService(what);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-keptStderr);
  });
  let asked = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${what} could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      const last = stderr.split('\n').findLast((line) => /^\w*Error\b/.test(line));
      const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
      resolve(`${what} ${how}${last === undefined ? '' : `: ${last}`}`);
    });
  });
  const control = new ServiceControl(controlChannel(child, what));
  void ended.then((sentence) => control.end(new ServiceError('ERR_SERVICE_GONE', sentence)));
  const stop = async () => {
    asked = true;
    control.requestStop();
    const timer = new AbortController();
    await Promise.race([ended, sleep(gracePeriodMs, null, { signal: timer.signal }).catch(() => null)]);
    timer.abort();
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const started = await control.start(order);
    return {
      ...started,
      pid: child.pid ?? 0,
      died: new Promise((resolve) => {
        void ended.then((sentence) => {
          if (!asked) resolve(sentence);
        });
      }),
      snapshot: () => control.snapshot(),
      revoke: (revoke) => control.revoke(revoke),
      setFaults: (faults) => control.setFaults(faults),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function spawnService(what: string): ChildProcess {
  // What is measured must not depend on a debugger or a flag that the user's shell has set for Node.
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    return spawn(process.execPath, [fileURLToPath(entry)], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C reaches the terminal's whole process group, and whoever started it decides when it stops.
      detached: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('ERR_SERVICE_SPAWN', `${what} could not be started: ${reason}`, { cause: error });
  }
}

function controlChannel(child: ChildProcess, what: string): Duplex {
  const channel = child.stdio[controlFd];
  if (channel instanceof Duplex) return channel;
  throw new ServiceError('ERR_SERVICE_SPAWN', `${what} could not be started: it has no control channel`);
}
