import { hash, type KeyObject } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pemBlocks, readNamedFile } from '../read-file.ts';
import { messageOf, ServiceError } from '../service-error.ts';
import { type CrlDocument, distributionPathOf, isDelta, readCrl } from './crl-document.ts';
import { isSignedBy } from './sign-crl.ts';

/** Something that can be asked for. */
export type Published = {
  contentType: string;
  body: Buffer;
  etag: string;
  lastModifiedMs: number;
  /** Of a CRL in DER; null for a file of several in PEM. */
  crl: CrlDocument | null;
};

/** How often the files are looked at, at most: a change is served this much later at the latest. */
const lookMs = 100;

export const published = (crl: CrlDocument, lastModifiedMs: number): Published => ({
  contentType: 'application/pkix-crl',
  body: crl.der,
  etag: etagOf(crl.der),
  lastModifiedMs,
  crl,
});

const etagOf = (bytes: Uint8Array): string => `"${hash('sha256', bytes, 'hex').slice(0, 40)}"`;

/** The files of a distribution point by path, read again when they change. A file that has become unreadable is served as it was. */
export class CrlShelf {
  readonly #files: readonly string[];
  readonly #onTrouble: (message: string) => void;
  #paths = new Map<string, Published>();
  #seen: string;
  #lookedAtMs = 0;

  /** Throws ServiceError. */
  constructor(files: readonly string[], onTrouble: (message: string) => void) {
    this.#files = files;
    this.#onTrouble = onTrouble;
    this.#seen = this.#look();
    this.#paths = readAll(files);
  }

  get paths(): ReadonlyMap<string, Published> {
    return this.#paths;
  }

  get(path: string, nowMs: number): Published | undefined {
    if (nowMs - this.#lookedAtMs >= lookMs) this.#refresh(nowMs);
    return this.#paths.get(path);
  }

  /** Until the file changes. */
  put(path: string, item: Published): void {
    this.#paths.set(path, item);
  }

  /** Which CRLs this key has signed. */
  signedBy(key: KeyObject): string[] {
    return [...this.#paths].flatMap(([path, { crl }]) =>
      crl !== null && isSignedBy(crl, key) ? [path] : [],
    );
  }

  #refresh(nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const seen = this.#look();
    if (seen === this.#seen) return;
    try {
      this.#paths = readAll(this.#files);
      this.#seen = seen;
    } catch (error) {
      // Perhaps half written: what was good is served on, and the next look tries again.
      this.#onTrouble(messageOf(error));
    }
  }

  #look(): string {
    const told = ({ ino, size, mtimeNs }: BigIntStats) => `${ino}/${size}/${mtimeNs}`;
    return this.#files
      .map((file) => {
        const found = statSync(file, { throwIfNoEntry: false, bigint: true });
        return found === undefined ? 'gone' : told(found);
      })
      .join(' ');
  }
}

function readAll(files: readonly string[]): Map<string, Published> {
  const paths = new Map<string, Published>();
  for (const file of files) {
    const bytes = readNamedFile('the CRL', file);
    const lastModifiedMs = Number(statSync(file).mtimeMs);
    const inPem = bytes.subarray(0, 64).toString('latin1').includes('-----BEGIN');
    const documents = (inPem ? pemBlocks(bytes.toString('latin1'), ['X509 CRL']) : [bytes]).map((der) =>
      readCrl(der, file),
    );
    if (documents.length === 0)
      throw new ServiceError('ERR_SERVICE_CRL', `${file} holds no CRL, in PEM or in DER`);
    for (const crl of documents) paths.set(pathFor(crl, paths), published(crl, lastModifiedMs));
    const [only] = documents;
    const own = `/${basename(file)}`;
    if (inPem) {
      paths.set(own, {
        contentType: 'application/x-pem-file',
        body: bytes,
        etag: etagOf(bytes),
        lastModifiedMs,
        crl: null,
      });
    } else if (only !== undefined) paths.set(own, published(only, lastModifiedMs));
  }
  return paths;
}

/** By its distribution point where it has one; else `/ca.crl`, `/ca-2.crl`, … and `/delta.crl` for deltas. */
function pathFor(crl: CrlDocument, taken: ReadonlyMap<string, unknown>): string {
  const named = distributionPathOf(crl);
  if (named !== null && !taken.has(named)) return named;
  const stem = isDelta(crl) ? 'delta' : 'ca';
  for (let count = 1; ; count += 1) {
    const path = count === 1 ? `/${stem}.crl` : `/${stem}-${count}.crl`;
    if (!taken.has(path)) return path;
  }
}
