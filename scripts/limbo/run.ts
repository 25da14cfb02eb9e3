import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LimboCase } from './cases.ts';
import { findFaketime } from './clock.ts';
import { LimboError } from './limbo-error.ts';
import { builtOpenssl, commandAt, minorOf, systemOpenssl, type VerifyCommand } from './openssl-verify.ts';
import { type LimboReport, reportOf } from './report.ts';
import { bundledServer, type ServerKey } from './servers/bundled.ts';
import { findMosquitto, mosquittoServer } from './servers/mosquitto.ts';
import { type CaseResult, type Contestant, tryCase } from './trial.ts';

export type LimboOrder = {
  /** False leaves Mosquitto out. */
  mosquitto: boolean;
  /** False leaves out the cases of another time than now. */
  faketime: boolean;
  /** The `openssl` command of the bundled broker's library; null looks for one that scripts/build-openssl.sh has built. */
  openssl: string | null;
};

/** Tries every case; `file` is what the report calls them. Throws LimboError for what the user can mend. */
export async function runLimbo(
  file: string,
  cases: readonly LimboCase[],
  order: LimboOrder,
): Promise<LimboReport> {
  const faketime = faketimeFor(cases, order);
  const system = systemOpenssl();
  if (system === null)
    throw new LimboError('usage', 'there is no openssl command to ask: apt-get install -y openssl');
  const notes: string[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'certstorm-limbo-'));
  const removeFolder = () => rmSync(dir, { recursive: true, force: true });
  process.on('exit', removeFolder);
  const contestants = contestantsFor(order, system, serverKeyIn(dir), faketime, notes);
  try {
    const results = await tryAll(cases, contestants, { dir, faketime });
    return reportOf(file, notes, contestants, results);
  } finally {
    await Promise.all(contestants.map(({ server }) => server.close()));
    removeFolder();
    process.removeListener('exit', removeFolder);
  }
}

/** As many at a time as there are cores, in the file's order; results keep it. */
async function tryAll(
  cases: readonly LimboCase[],
  contestants: readonly Contestant[],
  { dir, faketime }: { dir: string; faketime: string | null },
): Promise<CaseResult[]> {
  const results: CaseResult[] = new Array(cases.length);
  const queue = cases.entries();
  const one = async () => {
    for (const [i, limbo] of queue)
      results[i] = await tryCase(limbo, contestants, { dir: join(dir, `case-${i}`), faketime });
  };
  await Promise.all(Array.from({ length: 1 + availableParallelism() }, one));
  return results;
}

function faketimeFor(cases: readonly LimboCase[], order: LimboOrder): string | null {
  if (!order.faketime) return null;
  const found = findFaketime();
  const timed = cases.filter(({ time }) => time !== null).length;
  if (found === null && timed > 0)
    throw new LimboError(
      'usage',
      `${timed} cases are of another time, and libfaketime is not installed: apt-get install -y faketime, or leave them out by --no-faketime`,
    );
  return found;
}

function contestantsFor(
  order: LimboOrder,
  system: VerifyCommand,
  key: ServerKey,
  faketime: string | null,
  notes: string[],
): Contestant[] {
  const bundled = { server: bundledServer(key, faketime), verify: commandForNode(order, system, notes) };
  if (!order.mosquitto) {
    notes.push('without Mosquitto (--no-mosquitto)');
    return [bundled];
  }
  const mosquitto = findMosquitto();
  if (mosquitto === null)
    throw new LimboError(
      'usage',
      'Mosquitto is not installed: apt-get install -y mosquitto, or leave it out by --no-mosquitto',
    );
  return [bundled, { server: mosquittoServer(mosquitto, key, faketime), verify: system }];
}

function commandForNode({ openssl }: LimboOrder, system: VerifyCommand, notes: string[]): VerifyCommand {
  const own = process.versions.openssl;
  const named = openssl === null ? null : commandAt(openssl);
  if (openssl !== null && named === null)
    throw new LimboError('usage', `--openssl: ${openssl} is no openssl command that runs`);
  const found = named ?? (minorOf(system.version) === minorOf(own) ? system : builtOpenssl(own)) ?? system;
  if (minorOf(found.version) !== minorOf(own))
    notes.push(
      `Node has OpenSSL ${own} built in and no command of it; the bundled broker is held against ${found.version}. scripts/build-openssl.sh builds one of its minor version`,
    );
  else if (found.version !== own)
    notes.push(
      `Node has OpenSSL ${own} built in and no command of it; ${found.version} is of the same minor version`,
    );
  return found;
}

/** The brokers' own certificate, which no case is about. */
function serverKeyIn(dir: string): ServerKey {
  const certFile = join(dir, 'server.crt');
  const keyFile = join(dir, 'server.key');
  const made = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'],
      ...['-subj', '/CN=localhost', '-keyout', keyFile, '-out', certFile],
    ],
    { encoding: 'utf8' },
  );
  if (made.status === 0) return { certFile, keyFile };
  throw new LimboError(
    'broker',
    `openssl could not make the brokers' certificate: ${made.stderr ?? made.error}`,
  );
}
