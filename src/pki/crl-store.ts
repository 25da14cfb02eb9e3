import { basename, join } from 'node:path';
import { markUsed, readPrivateFile, writePrivateFile } from './cache.ts';
import { type CrlOrder, makeCrl } from './crl.ts';
import { encodeRecords, sealPack } from './pack.ts';
import { pem } from './pem.ts';
import { contentAddress, loadPack, sha256 } from './store.ts';
import { validity } from './validity.ts';
import { unlinkIfThere } from './whole-file.ts';

/** CRLs on disk: PEM file, size of their DER, number of their entries. */
export type StoredCrl = { file: string; bytes: number; entries: number };

/** Everything that a CRL depends on. */
function addressOf({ seed, stream, serialOctets, algorithm, fixed, issuer, list, defect }: CrlOrder): string {
  const times = [validity.revocationDate, ...Object.values(defect.validity ?? validity.crl)];
  return contentAddress(
    seed,
    stream,
    serialOctets ?? 0,
    algorithm.name,
    String(fixed === true),
    sha256(issuer.pkcs8),
    sha256(issuer.name),
    list.padding,
    list.paddingFrom,
    list.crlNumber,
    sha256(Buffer.concat(list.revoked.map(({ serialNumber }) => serialNumber))),
    sha256(Buffer.from(list.revoked.map(({ reason }) => reason ?? 255))),
    ...[...list.extensions, ...(list.firstEntryExtensions ?? [])].map(sha256),
    defect.extension ? sha256(defect.extension) : '',
    String(defect.signature !== undefined),
    ...times.map(Number),
  );
}

/**
 * CRLs as one PEM file: from the cache, or made. The file is named by its own digest and a small pack says which it is, so that two
 * processes that sign the same list at once (ECDSA signs differently each time) never get halves of each other's.
 */
export function obtainCrls(dir: string, orders: readonly CrlOrder[]): StoredCrl {
  const address = contentAddress('crl', basename(dir), ...orders.map(addressOf));
  const pointer = join(dir, `crl-${address.slice(0, 32)}.pack`);
  const there = load(dir, pointer, address);
  if (there.whole) return there.whole;

  const crls = orders.map(makeCrl);
  const contents = Buffer.concat(crls.map(({ der }) => pem('X509 CRL', der)));
  const digest = sha256(contents);
  const bytes = crls.reduce((sum, { der }) => sum + der.length, 0);
  const entries = crls.reduce((sum, crl) => sum + crl.entries, 0);
  const made = { file: fileOf(dir, digest), bytes, entries };
  writePrivateFile(made.file, contents, true);
  const record = [digest, String(bytes), String(entries)].map((text) => Buffer.from(text, 'latin1'));
  const pack = sealPack(address, 1, [encodeRecords([record])]);
  if (!writePrivateFile(pointer, pack, false)) {
    const faster = load(dir, pointer, address);
    if (faster.whole) {
      if (faster.whole.file !== made.file) unlinkIfThere(made.file);
      return faster.whole;
    }
    writePrivateFile(pointer, pack, true);
    if (faster.damaged) unlinkIfThere(faster.damaged);
  }
  return made;
}

const fileOf = (dir: string, digest: string): string => join(dir, `crl-${digest.slice(0, 32)}.pem`);

/** What the pointer points to: a whole file of CRLs, or one that is not what it should be. */
function load(dir: string, pointer: string, address: string): { whole?: StoredCrl; damaged?: string } {
  const record = loadPack(pointer, address)?.[0];
  if (!record) return {};
  const [digest = '', bytes, entries] = record.map((field) => Buffer.from(field).toString('latin1'));
  const file = fileOf(dir, digest);
  const contents = readPrivateFile(file);
  if (!contents || sha256(contents) !== digest) return { damaged: file };
  markUsed(file);
  return { whole: { file, bytes: Number(bytes), entries: Number(entries) } };
}
