import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/result/schema.ts';

export const root = new URL('../../', import.meta.url).pathname;
export const entry = join(root, 'src/cli/main.ts');
export const quickstart = join(root, 'scenarios/quickstart.yaml');

/** A folder of the test's own; the corpus cache and everything else it makes lies in it. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'certstorm-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export type Finished = { code: number | null; signal: string | null; stdout: string; stderr: string };

export type Started = {
  child: ChildProcess;
  pid: number;
  finished: Promise<Finished>;
  /** Resolves when this text has been printed on standard error, rejects when the process ends before. */
  told: (text: string) => Promise<void>;
};

/** Starts the command line as a process of its own, as a user would. `shell` puts a line of sh before it (`ulimit -n 64;`). */
export function start(
  args: string[],
  options: { cache: string; cwd?: string; shell?: string; env?: NodeJS.ProcessEnv },
): Started {
  const env = { ...process.env, NO_COLOR: '1', CERTSTORM_CACHE: options.cache, ...options.env };
  const settings = {
    cwd: options.cwd ?? root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  };
  const child =
    options.shell === undefined
      ? spawn(process.execPath, [entry, ...args], settings)
      : spawn('sh', ['-c', `${options.shell} exec "$@"`, 'sh', process.execPath, entry, ...args], settings);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    child.emit('told');
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const told = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (stderr.includes(text)) resolve();
      };
      child.on('told', check);
      child.on('close', () => reject(new Error(`it ended without '${text}': ${stderr}`)));
      check();
    });
  return { child, pid: child.pid ?? 0, finished, told };
}

export function certstorm(args: string[], options: Parameters<typeof start>[1]): Promise<Finished> {
  return start(args, options).finished;
}

/** Processes whose command line names this text, by /proc; a test that starts brokers looks for what stayed behind. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        // It ended between the two calls.
        return false;
      }
    })
    .map(Number);
}

/** A zombie is dead: it waits for its new parent to ask, which is not this program's affair. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such process.
    return false;
  }
}

/** Child processes of `pid`, by /proc. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
}

export function resultIn(dir: string): Result {
  return JSON.parse(readFileSync(join(dir, 'result.json'), 'utf8'));
}

/** A small scenario that runs in about three seconds; `change` rewrites its text. */
export function writeScenario(dir: string, change: (text: string) => string = (text) => text): string {
  const file = join(dir, 'scenario.yaml');
  writeFileSync(
    file,
    change(`name: small
seed: 3
corpus: { identities: 60 }
target: { kind: bundled, revocation: crl-native }
load: { model: constant-arrival-rate, rate: 100, duration: 2s, warmup: 200ms }
cohorts:
  - { name: good, weight: 3, expect: accept }
  - { name: revoked, weight: 1, defect: revoked, expect: reject-at-tls }
thresholds:
  - revoked.falseAccepts == 0
`),
  );
  return file;
}
