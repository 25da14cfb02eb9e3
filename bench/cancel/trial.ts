import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '../../src/result/schema.ts';

const root = new URL('../../', import.meta.url).pathname;

/** A run of about three seconds: corpus, broker, warm-up, two rounds, report. */
const scenario = `name: cancelled
seed: 3
rounds: 2
corpus: { identities: 60 }
target: { kind: bundled, revocation: crl-native }
load: { model: constant-arrival-rate, rate: 100, duration: 700ms, warmup: 200ms }
cohorts:
  - { name: good, weight: 3, expect: accept, session: { keepAlive: 5s } }
  - { name: revoked, weight: 1, defect: revoked, expect: reject-at-tls }
`;

export type Trial = {
  cancelledAfterMs: number;
  exitCode: number | null;
  /** Attempts that the result tells of; null where the run was cancelled before there was anything to write. */
  finished: number | null;
  /** A sentence for each thing that was lost or left behind. */
  troubles: string[];
};

/** Starts a run in `folder`, cancels it with SIGINT `afterMs` later, and looks for what was lost and what was left. */
export async function cancelledRun(folder: string, name: string, afterMs: number): Promise<Trial> {
  const cache = join(folder, 'cache');
  const out = join(folder, name);
  // What a run leaves in the folder for temporary files is easily seen where nobody else has one.
  const temporary = join(folder, `${name}-tmp`);
  mkdirSync(temporary, { recursive: true });
  const file = join(folder, 'cancelled.yaml');
  writeFileSync(file, scenario);
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'run', file, '--out', out], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', CERTSTORM_CACHE: cache, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const family = new Set<number>();
  const gone = once(child, 'exit');
  const watch = setInterval(() => collectFamily(child, family), 20);
  await Promise.race([delay(afterMs), gone]);
  collectFamily(child, family);
  const cancelled = child.exitCode === null && child.signalCode === null;
  if (cancelled) child.kill('SIGINT');
  await gone;
  clearInterval(watch);
  const troubles = [
    ...exitTroubles(child, cancelled, stderr, existsSync(join(out, 'report.html'))),
    ...resultTroubles(out, child.exitCode),
    ...(await leftBehind(family)),
    ...leftFiles(join(cache, 'work'), temporary, out),
  ];
  const finished = existsSync(join(out, 'result.json')) ? accountedFor(readResult(out)) : null;
  rmSync(temporary, { recursive: true, force: true });
  return { cancelledAfterMs: Math.round(afterMs), exitCode: child.exitCode, finished, troubles };
}

/** Child processes of the run, and theirs. */
function collectFamily({ pid }: ChildProcess, family: Set<number>): void {
  const look = (parent: number): void => {
    let children: string;
    try {
      children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
    } catch {
      // It has ended.
      return;
    }
    for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
      family.add(child);
      look(child);
    }
  };
  if (pid !== undefined) look(pid);
}

/** Stopped by the signal; or over before it came, on a machine that was quiet enough to measure or was not. */
const orderly: ReadonlySet<number> = new Set([105, 0, 92]);

function exitTroubles(
  { exitCode, signalCode }: ChildProcess,
  cancelled: boolean,
  stderr: string,
  written: boolean,
): string[] {
  if (exitCode !== null && orderly.has(exitCode)) return [];
  // In the first moments of a process nobody is there yet to hear a signal, and in the last nobody any more: all is written then.
  if (cancelled && signalCode === 'SIGINT' && (stderr === '' || written)) return [];
  return [`it ended with ${signalCode ?? `exit code ${exitCode}`}: ${stderr.trim().slice(-500)}`];
}

/** A run that ended by itself, in good order or cancelled, has written a result, and its books balance. */
function resultTroubles(out: string, exitCode: number | null): string[] {
  if (!existsSync(join(out, 'result.json')))
    return exitCode === null ? [] : [`exit code ${exitCode}, and no result.json`];
  const result = readResult(out);
  const troubles: string[] = [];
  if (exitCode === 105 && !result.interrupted) troubles.push('the result is not marked as interrupted');
  if (!existsSync(join(out, 'report.html'))) troubles.push('there is no report');
  for (const { accounting, cohorts } of result.variants) {
    const { scheduled, started, missedArrivals, finished, unfinished } = accounting;
    const told = cohorts.flatMap(({ outcomes }) => outcomes).reduce((sum, { count }) => sum + count, 0);
    if (scheduled !== started + missedArrivals || started !== finished + unfinished || told !== finished)
      troubles.push(`the books do not balance: ${JSON.stringify(accounting)}, ${told} outcomes`);
  }
  return troubles;
}

function readResult(out: string): Result {
  return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
}

function accountedFor({ variants }: Result): number {
  return variants.reduce((sum, { accounting }) => sum + accounting.finished, 0);
}

/** Processes that outlive the run, and with them the ports that they listen on. */
async function leftBehind(family: ReadonlySet<number>): Promise<string[]> {
  const alive = (): number[] => [...family].filter((pid) => isAlive(pid));
  for (let tries = 0; tries < 100 && alive().length > 0; tries++) await delay(20);
  return alive().map((pid) => `process ${pid} (${commandOf(pid)}) is still there`);
}

/** A zombie is dead: it waits for its new parent to ask. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function commandOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return 'gone meanwhile';
  }
}

function leftFiles(work: string, temporary: string, out: string): string[] {
  const inside = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  return [
    ...inside(work).map((name) => `work folder ${name} was left`),
    ...inside(temporary).map((name) => `temporary file ${name} was left`),
    ...inside(out)
      .filter((name) => /tmp|partial/.test(name))
      .map((name) => `half a file was left: ${name}`),
  ];
}
