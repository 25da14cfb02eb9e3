import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmdirSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { StoredCorpus } from './corpus.ts';
import { utcTimeDigits } from './der.ts';
import type { IdentityFormat } from './formats/format.ts';
import { formats } from './formats/index.ts';
import { GrowingFile } from './growing-file.ts';
import type { Corpus } from './identity.ts';
import type { IssuerFolder } from './ocsp/corpus-issuers.ts';
import {
  type FolderEntry,
  type FolderNames,
  folderEntry,
  indexHeader,
  indexRow,
  opensslIndexRows,
} from './pem-folder.ts';
import { PkiError } from './pki-error.ts';
import { sha256 } from './store.ts';
import { validity } from './validity.ts';
import { errorCode, makeDirectories, putWholeFile, unlinkIfThere } from './whole-file.ts';

export type PemFolderOptions = {
  /** `client-id` (default): `good-00042.crt`; `number`: `c00001.crt`, over the whole corpus. */
  naming?: 'client-id' | 'number';
  /** A name from `formats/index.ts`; default `pem`. */
  format?: string;
  /** With more identities than this they are spread over subfolders of 1,000; default 10,000. */
  shardFrom?: number;
  /** For an OCSP responder, `issuerFolders` of the corpus's spec; default none. */
  issuers?: readonly IssuerFolder[];
  /** Of the PKCS #12 files; default `certstorm`. */
  password?: string;
  onProgress?: (progress: { done: number; total: number }) => void;
  /** Ends the writing; what is listed in the index is then there, the folder is marked as incomplete, and the same call goes on from there. */
  signal?: AbortSignal;
};

export type PemFolder = {
  dir: string;
  /** Identities that carry a certificate. */
  identities: number;
  /** Of these, how many an earlier call had written already. */
  kept: number;
  indexFile: string;
};

const markerName = 'certstorm-pki.json';
const indexName = 'index.csv';
const responderNames = ['ocsp.crt', 'ocsp.key'];
const fixedNames = [
  'ca.crt',
  'server.crt',
  'server.key',
  'crl.pem',
  ...responderNames,
  'index.txt',
  // Of `pki --for`: what a broker is told, beside what it reads.
  'emqx.conf',
  'emqx-users.json',
  indexName,
];
const issuerFolder = /^ocsp-\d+$/;
/** What this file may name in an index, and so may remove. */
const ownFile = /^(\d{3,}\/)?[A-Za-z0-9][A-Za-z0-9._-]*\.(crt|key|p12|pem)$/;

const publicMode = 0o644;
const privateMode = 0o600;
const directoryMode = 0o700;
const identitiesAtOnce = 100;

/**
 * Writes a corpus as files for other tools: `ca.crt`, `server.crt`, `server.key`, `crl.pem`, the files of each identity (for `pem`
 * `NAME.crt`, its chain, leaf first, and `NAME.key`, PKCS #8, mode 0600), `index.csv`, and for an OCSP responder `index.txt`, `ocsp.crt` and
 * `ocsp.key`, in folders `ocsp-1` … with a `ca.crt` each where several CAs issue, or one that is not the root. A folder of an earlier call is replaced file by file; where that call wrote the same, or began to, what is there and right stays. In any other folder
 * nothing is ever overwritten.
 *
 * Throws PkiError: `bad-spec` for an unknown format, `folder-not-ours` where the folder holds anything else, `folder-unwritable`; the
 * signal's reason when aborted.
 */
export async function writePemFolder(
  corpus: Corpus | StoredCorpus,
  outDir: string,
  options: PemFolderOptions = {},
): Promise<PemFolder> {
  const dir = resolve(outDir);
  const names: FolderNames = {
    naming: options.naming ?? 'client-id',
    format: formatNamed(options.format ?? 'pem'),
    total: carryingIn(corpus),
    shardFrom: options.shardFrom ?? 10_000,
  };
  try {
    options.signal?.throwIfAborted();
    const contents = contentsOf(corpus, names);
    const resumes = takeFolder(dir, contents);
    const put = (name: string, path: string, mode: number) =>
      putFile(join(dir, name), readFileSync(path), mode, resumes);
    put('ca.crt', corpus.clientCaFile, publicMode);
    put('server.crt', corpus.serverCertFile, publicMode);
    put('server.key', corpus.serverKeyFile, privateMode);
    put('crl.pem', corpus.crlFile, publicMode);
    for (const issuer of options.issuers ?? []) putIssuer(dir, issuer, resumes);
    const kept = await putIdentities(dir, corpus, names, resumes, options);
    mark(dir, true, contents);
    return { dir, identities: names.total, kept, indexFile: join(dir, indexName) };
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof PkiError ? error : unwritable(dir, error);
  }
}

function formatNamed(wanted: string): IdentityFormat {
  const found = formats.find(({ name }) => name === wanted);
  if (found) return found;
  const known = formats.map(({ name }) => name).join(', ');
  throw new PkiError('bad-spec', `There is no format "${wanted}"; known are ${known}.`);
}

const isStored = (corpus: Corpus | StoredCorpus): corpus is StoredCorpus => 'stretches' in corpus;

const carryingIn = (corpus: Corpus | StoredCorpus): number =>
  isStored(corpus)
    ? corpus.made.identities
    : corpus.cohorts.reduce(
        (sum, { identities }) => sum + identities.filter(({ chain }) => chain.length > 0).length,
        0,
      );

/** Tells whether two calls write the same. */
function contentsOf(corpus: Corpus | StoredCorpus, { naming, format, shardFrom }: FolderNames): string {
  const identities = isStored(corpus)
    ? [corpus.identitiesDigest]
    : corpus.cohorts.map(({ name, identities: all }) => [
        name,
        all.map(({ chain }) => sha256(Buffer.concat(chain))),
      ]);
  return sha256(
    Buffer.from(JSON.stringify([naming, format.name, shardFrom, corpus.dir, corpus.crlFile, identities])),
  );
}

type Batch = { entries: FolderEntry[]; carrying: number };

/** The folder's entries in their order, some at a time. */
function* batchesOf(corpus: Corpus | StoredCorpus, names: FolderNames): Iterable<Batch> {
  const stretches = isStored(corpus)
    ? corpus.stretches()
    : corpus.cohorts.map(({ identities, ...cohort }) => ({ cohort, identities }));
  let number = 0;
  for (const { cohort, identities } of stretches) {
    for (let from = 0; from < identities.length; from += identitiesAtOnce) {
      let carrying = 0;
      const entries = identities.slice(from, from + identitiesAtOnce).map((identity) => {
        if (identity.chain.length > 0) {
          carrying += 1;
          number += 1;
        }
        return folderEntry({ identity, cohort: cohort.name, defect: cohort.defect }, number, names);
      });
      yield { entries, carrying };
    }
  }
}

/** What a responder needs besides the `ca.crt` and `index.txt` that the folder has, or with its own. */
function putIssuer(dir: string, issuer: IssuerFolder, resumes: boolean): void {
  const { path, caPem, index, responderCertPem, responderKeyPem } = issuer;
  const own = join(dir, path);
  if (path !== '') {
    makeDirectories(own, directoryMode);
    putFile(join(own, 'ca.crt'), Buffer.from(caPem), publicMode, resumes);
    const database = new GrowingFile(join(own, 'index.txt'), publicMode, !resumes);
    for (const lines of index()) database.append(lines);
    database.close(true);
  }
  putFile(join(own, 'ocsp.crt'), Buffer.from(responderCertPem), publicMode, resumes);
  putFile(join(own, 'ocsp.key'), Buffer.from(responderKeyPem), privateMode, resumes);
}

/** Returns how many identities were there already. */
async function putIdentities(
  dir: string,
  corpus: Corpus | StoredCorpus,
  names: FolderNames,
  resumes: boolean,
  { onProgress, signal, password = 'certstorm' }: PemFolderOptions,
): Promise<number> {
  const index = new GrowingFile(join(dir, indexName), publicMode, !resumes);
  const database = new GrowingFile(join(dir, 'index.txt'), publicMode, !resumes);
  const databaseRow = opensslIndexRows(utcTimeDigits(validity.revocationDate));
  let [done, kept] = [0, 0];
  let whole = false;
  try {
    index.append(indexHeader);
    for (const { entries, carrying } of batchesOf(corpus, names)) {
      // Listed before they are written, so that a folder that was left half-way can be cleaned by its index.
      index.append(entries.map(indexRow).join(''));
      database.append(entries.map(databaseRow).join(''));
      const listedBefore = resumes && index.length <= index.left;
      makeShards(dir, entries);
      for (const entry of entries)
        if (putIdentity(dir, entry, names.format, password, listedBefore)) kept += 1;
      done += carrying;
      onProgress?.({ done, total: names.total });
      await setImmediate();
      signal?.throwIfAborted();
    }
    whole = true;
  } finally {
    // What an interrupted call listed beyond this point is there, and stays listed.
    index.close(whole || index.length > index.left);
    database.close(whole || database.length > database.left);
  }
  return kept;
}

function makeShards(dir: string, entries: readonly FolderEntry[]): void {
  const shards = new Set(entries.flatMap(({ stem }) => (stem.includes('/') ? [dirname(stem)] : [])));
  for (const shard of shards) makeDirectories(join(dir, shard), directoryMode);
}

/** Writes the files of one identity; returns whether they were there already, of an interrupted call. */
function putIdentity(
  dir: string,
  { identity, stem }: FolderEntry,
  format: IdentityFormat,
  password: string,
  listedBefore: boolean,
): boolean {
  const { key } = identity;
  if (stem === '' || key === null) return false;
  let kept = listedBefore;
  for (const { path, bytes, secret } of format.files({ ...identity, key }, stem, password)) {
    const there = listedBefore && existsSync(join(dir, path)) ? readFileSync(join(dir, path)) : null;
    if (there?.equals(bytes)) continue;
    kept = false;
    putFile(join(dir, path), bytes, secret ? privateMode : publicMode, listedBefore);
  }
  return kept;
}

/** Makes the folder, or takes one of an earlier call: empties it, or returns true where that call was about to write just this. */
function takeFolder(dir: string, contents: string): boolean {
  makeDirectories(dir, directoryMode);
  const there = readdirSync(dir);
  if (there.length > 0 && !there.includes(markerName)) {
    throw new PkiError(
      'folder-not-ours',
      `${dir} holds files that certstorm did not write (${there[0]}); name a new or an empty folder.`,
    );
  }
  if (holds(join(dir, markerName), contents)) {
    mark(dir, false, contents);
    return there.includes(indexName);
  }
  mark(dir, false, contents);
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
  for (const name of there.filter((found) => issuerFolder.test(found))) {
    for (const file of ['ca.crt', 'index.txt', ...responderNames]) unlinkIfThere(join(dir, name, file));
    shards.add(join(dir, name));
  }
  for (const shard of shards) if (existsSync(shard) && readdirSync(shard).length === 0) rmdirSync(shard);
  // The index last: as long as it is there, what it lists can be found again.
  for (const name of fixedNames) unlinkIfThere(join(dir, name));
  return false;
}

/** Whether an earlier call has written just this, all of it or a part. */
function holds(marker: string, contents: string): boolean {
  if (!existsSync(marker)) return false;
  try {
    const found: unknown = JSON.parse(readFileSync(marker, 'utf8'));
    return typeof found === 'object' && found !== null && 'contents' in found && found.contents === contents;
  } catch {
    return false; // Not as we write it: the folder is emptied by its index and written anew.
  }
}

/** Says that the folder is certstorm's, what is in it, and whether all of it is there. */
function mark(dir: string, complete: boolean, contents: string): void {
  const marker = { schema: 'certstorm/pki-folder@1', complete, contents };
  putWholeFile(join(dir, markerName), Buffer.from(`${JSON.stringify(marker)}\n`), publicMode, true);
}

/** A file that must not be there yet, unless it is one of ours: never follows a link, never overwrites what somebody else wrote. */
function putFile(path: string, bytes: Uint8Array, mode: number, ours: boolean): void {
  if (ours) {
    putWholeFile(path, bytes, mode, true);
    return;
  }
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
    `The files can't be written to ${dir} (${cause}); make that folder writable, free some space, or name another one.`,
    { cause: error },
  );
}
