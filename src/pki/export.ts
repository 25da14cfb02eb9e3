import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { utcTimeDigits } from './der.ts';
import type { Corpus } from './identity.ts';
import { pem } from './pem.ts';
import { type FolderEntry, indexCsv, opensslIndex, planFolder } from './pem-folder.ts';
import { PkiError } from './pki-error.ts';
import { validity } from './validity.ts';
import { errorCode, makeDirectories, putWholeFile, unlinkIfThere } from './whole-file.ts';

export type PemFolderOptions = {
  /** `client-id` (default): `good-00042.crt`; `number`: `c00001.crt`, over the whole corpus. */
  naming?: 'client-id' | 'number';
  onProgress?: (progress: { done: number; total: number }) => void;
  /** Ends the writing; the folder is then marked as incomplete and may be written again. */
  signal?: AbortSignal;
};

export type PemFolder = {
  dir: string;
  /** Identities that carry a certificate. */
  identities: number;
  indexFile: string;
};

const markerName = 'certstorm-pki.json';
const indexName = 'index.csv';
const fixedNames = ['ca.crt', 'server.crt', 'server.key', 'crl.pem', 'index.txt', indexName];
/** What this file may name in an index, and so may remove. */
const ownFile = /^(\d{3,}\/)?[A-Za-z0-9][A-Za-z0-9._-]*\.(crt|key)$/;

const publicMode = 0o644;
const privateMode = 0o600;
const directoryMode = 0o700;
const identitiesAtOnce = 100;

/**
 * Writes a corpus as PEM files for other tools: `ca.crt`, `server.crt`, `server.key`, `crl.pem`, for each identity `NAME.crt` (its
 * chain, leaf first) and `NAME.key` (PKCS #8, mode 0600), `index.csv`, and `index.txt` for `openssl ocsp`. A folder of an earlier call
 * is replaced file by file; in any other folder nothing is ever overwritten.
 *
 * Throws PkiError: `folder-not-ours` where the folder holds anything else, `folder-unwritable`; the signal's reason when aborted.
 */
export async function writePemFolder(
  corpus: Corpus,
  outDir: string,
  options: PemFolderOptions = {},
): Promise<PemFolder> {
  const dir = resolve(outDir);
  const entries = planFolder(corpus, options.naming ?? 'client-id');
  const total = entries.filter(({ certFile }) => certFile !== '').length;
  try {
    options.signal?.throwIfAborted();
    takeFolder(dir);
    const put = (name: string, bytes: Uint8Array | string, mode: number) =>
      putNewFile(join(dir, name), typeof bytes === 'string' ? Buffer.from(bytes) : bytes, mode);
    // First of all the list of what is to come, so that a folder that was left half-way can be cleaned by it.
    put(indexName, indexCsv(entries), publicMode);
    put('ca.crt', readFileSync(corpus.clientCaFile), publicMode);
    put('server.crt', readFileSync(corpus.serverCertFile), publicMode);
    put('server.key', readFileSync(corpus.serverKeyFile), privateMode);
    put('crl.pem', readFileSync(corpus.crlFile), publicMode);
    put('index.txt', opensslIndex(entries, utcTimeDigits(validity.revocationDate)), publicMode);
    await putIdentities(dir, entries, total, options);
    mark(dir, true);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof PkiError ? error : unwritable(dir, error);
  }
  return { dir, identities: total, indexFile: join(dir, indexName) };
}

async function putIdentities(
  dir: string,
  entries: readonly FolderEntry[],
  total: number,
  { onProgress, signal }: PemFolderOptions,
): Promise<void> {
  let done = 0;
  for (const { identity, certFile, keyFile } of entries) {
    if (certFile === '' || identity.key === null) continue;
    const slash = certFile.indexOf('/');
    if (slash > 0) makeDirectories(join(dir, certFile.slice(0, slash)), directoryMode);
    const chain = Buffer.concat(identity.chain.map((certificate) => pem('CERTIFICATE', certificate)));
    putNewFile(join(dir, certFile), chain, publicMode);
    putNewFile(join(dir, keyFile), pem('PRIVATE KEY', identity.key), privateMode);
    done += 1;
    if (done % identitiesAtOnce === 0 || done === total) {
      onProgress?.({ done, total });
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
}

/** Makes the folder, or empties one that an earlier call has written. */
function takeFolder(dir: string): void {
  makeDirectories(dir, directoryMode);
  const there = readdirSync(dir);
  if (there.length > 0 && !there.includes(markerName)) {
    throw new PkiError(
      'folder-not-ours',
      `${dir} holds files that certstorm did not write (${there[0]}); name a new or an empty folder.`,
    );
  }
  mark(dir, false);
  const listed = there.includes(indexName) ? readFileSync(join(dir, indexName), 'utf8') : '';
  const shards = new Set<string>();
  for (const line of listed.split('\r\n')) {
    for (const name of line
      .split(',')
      .slice(-2)
      .filter((field) => ownFile.test(field))) {
      unlinkIfThere(join(dir, name));
      if (name.includes('/')) shards.add(dirname(join(dir, name)));
    }
  }
  for (const shard of shards) if (existsSync(shard) && readdirSync(shard).length === 0) rmdirSync(shard);
  // The index last: as long as it is there, what it lists can be found again.
  for (const name of fixedNames) unlinkIfThere(join(dir, name));
}

/** Says that the folder is certstorm's, and whether all of it is there. */
function mark(dir: string, complete: boolean): void {
  const marker = { schema: 'certstorm/pki-folder@1', complete };
  putWholeFile(join(dir, markerName), Buffer.from(`${JSON.stringify(marker)}\n`), publicMode, true);
}

/** A file that must not be there yet: never follows a link, never overwrites. */
function putNewFile(path: string, bytes: Uint8Array, mode: number): void {
  let file: number;
  try {
    file = openSync(path, 'wx', mode);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    throw new PkiError(
      'folder-not-ours',
      `${path} is there already and is not listed in the folder's index.csv; move it away, or name a new folder.`,
    );
  }
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
  } finally {
    closeSync(file);
  }
}

function unwritable(dir: string, error: unknown): PkiError {
  const cause = error instanceof Error ? error.message : String(error);
  return new PkiError(
    'folder-unwritable',
    `The PEM files can't be written to ${dir} (${cause}); make that folder writable, free some space, or name another one.`,
    { cause: error },
  );
}
