import { basename, join } from 'node:path';
import { readPrivateFile, writePrivateFile } from './cache.ts';
import { type CrlOrder, makeCrl } from './crl.ts';
import { encodeRecords, sealPack } from './pack.ts';
import { pem } from './pem.ts';
import { contentAddress, loadPack, sha256 } from './store.ts';
import { validity } from './validity.ts';
import { unlinkIfThere } from './whole-file.ts';

/** A CRL on disk: PEM file, size of its DER, number of its entries. */
export type StoredCrl = { file: string; bytes: number; entries: number };

/**
 * The CRL as a PEM file: from the cache, or made. The file is named by its own digest and a small pack says which it is, so that two
 * processes that sign the same list at once (ECDSA signs differently each time) never get halves of each other's.
 */
export function obtainCrl(dir: string, order: CrlOrder): StoredCrl {
  const address = contentAddress(
    'crl',
    basename(dir),
    order.seed,
    order.entries,
    sha256(Buffer.concat(order.revoked)),
    ...[validity.revocationDate, validity.crl.thisUpdate, validity.crl.nextUpdate].map(Number),
  );
  const pointer = join(dir, `crl-${address.slice(0, 32)}.pack`);
  const there = load(dir, pointer, address);
  if (there.whole) return there.whole;

  const { der, entries } = makeCrl(order);
  const contents = pem('X509 CRL', der);
  const digest = sha256(contents);
  const made = { file: fileOf(dir, digest), bytes: der.length, entries };
  writePrivateFile(made.file, contents, true);
  const record = [digest, String(made.bytes), String(entries)].map((text) => Buffer.from(text, 'latin1'));
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

/** What the pointer points to: a whole CRL, or a file that is not what it should be. */
function load(dir: string, pointer: string, address: string): { whole?: StoredCrl; damaged?: string } {
  const record = loadPack(pointer, address)?.[0];
  if (!record) return {};
  const [digest = '', bytes, entries] = record.map((field) => Buffer.from(field).toString('latin1'));
  const file = fileOf(dir, digest);
  const contents = readPrivateFile(file);
  if (!contents || sha256(contents) !== digest) return { damaged: file };
  return { whole: { file, bytes: Number(bytes), entries: Number(entries) } };
}
