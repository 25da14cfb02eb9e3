import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CaseFiles } from './servers/server.ts';

/** An `openssl` command to ask. */
export type VerifyCommand = { program: string; version: string };

/** What `openssl verify` says. `error` is the number of its first error; null where it gave none, so could not read a file. */
export type Verdict =
  | { kind: 'ok' }
  | { kind: 'refused'; error: number; depth: number; text: string }
  | { kind: 'unreadable'; text: string }
  /** The command did not finish, or ended by a signal. */
  | { kind: 'none'; text: string };

const verifyLimitMs = 30_000;

/**
 * Both kinds of broker check a chain at security level 2 (112 bits): Debian builds its libssl so, and OpenSSL 3.5 in Node has it by
 * default.
 */
const securityLevel = 2;

/**
 * Asks the command what a TLS server of its library would find: the purpose and trust of clients, at the case's time, trusting the case's
 * roots and nothing of the system's.
 */
export function opensslVerify(
  { program }: VerifyCommand,
  { storeFile, peerFile, untrustedFile, crlFile, time }: VerifyFiles,
  { crlCheck, purpose = 'sslclient', level = securityLevel, more = [] }: VerifyOptions,
): Promise<Verdict> {
  const args = [
    ...['verify', '-no-CApath', '-no-CAstore', '-CAfile', storeFile],
    ...(untrustedFile === null ? [] : ['-untrusted', untrustedFile]),
    ...(crlFile === null ? [] : ['-crl_check', ...(crlCheck === 'all' ? ['-crl_check_all'] : [])]),
    ...['-purpose', purpose, '-auth_level', String(level)],
    ...(time === null ? [] : ['-attime', String(time)]),
    ...more,
    peerFile,
  ];
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { timeout: verifyLimitMs, killSignal: 'SIGKILL', encoding: 'latin1', maxBuffer: 1 << 26 },
      (failure, stdout, stderr) => resolve(verdictOf(failure, stdout, stderr, peerFile)),
    );
  });
}

export type VerifyFiles = Pick<CaseFiles, 'crlFile' | 'time'> & {
  /** Roots and CRLs in one, as they are in a server's store: given by -CRLfile, CRLs of one issuer would be searched in another order. */
  storeFile: string;
  peerFile: string;
  untrustedFile: string | null;
};

export type VerifyOptions = {
  crlCheck: 'leaf' | 'all';
  purpose?: 'sslclient' | 'sslserver' | 'any';
  level?: number;
  more?: readonly string[];
};

function verdictOf(failure: Error | null, stdout: string, stderr: string, peerFile: string): Verdict {
  if (failure === null && stdout.includes(`${peerFile}: OK`)) return { kind: 'ok' };
  const [, number, depth, text = ''] = /error (\d+) at (\d+) depth lookup: (.*)/.exec(stderr) ?? [];
  if (number !== undefined)
    return { kind: 'refused', error: Number(number), depth: Number(depth), text: text.trim() };
  const last = stderr.trim().split('\n')[0] ?? '';
  const killed = failure !== null && 'killed' in failure && failure.killed === true;
  if (killed || (failure !== null && 'signal' in failure && failure.signal !== null))
    return { kind: 'none', text: killed ? `no verdict within ${verifyLimitMs / 1000} s` : last };
  return { kind: 'unreadable', text: withoutPath(last) };
}

const withoutPath = (line: string): string => line.replace(/\S*\/(\w+\.pem)/, '$1');

export function systemOpenssl(): VerifyCommand | null {
  return commandAt('openssl');
}

/** Where scripts/build-openssl.sh puts what it builds. */
export const builtFolder = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'certstorm-openssl');

/** A command that scripts/build-openssl.sh has built, of the same minor version as `version`. */
export function builtOpenssl(version: string): VerifyCommand | null {
  const folder = builtFolder();
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) {
    const found = minorOf(name) === minorOf(version) ? commandAt(join(folder, name, 'openssl')) : null;
    if (found !== null) return found;
  }
  return null;
}

export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

export function commandAt(program: string): VerifyCommand | null {
  const { stdout, status } = spawnSync(program, ['version'], { encoding: 'utf8' });
  const version = /^OpenSSL (\S+)/.exec(stdout ?? '')?.[1];
  return status === 0 && version !== undefined ? { program, version } : null;
}

/** For a table: `OK`, or the first error. */
export function verdictWord(verdict: Verdict): string {
  if (verdict.kind === 'ok') return 'OK';
  if (verdict.kind === 'refused') return `${verdict.error} ${verdict.text}`;
  return verdict.kind === 'unreadable' ? `unreadable: ${verdict.text}` : `none: ${verdict.text}`;
}
