import { hash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Algorithm } from './algorithms/algorithm.ts';
import {
  type Authorities,
  authorityNames,
  type Credential,
  makeAuthorities,
  sampleAuthorities,
} from './authority.ts';
import { readPrivateFile, writePrivateFile } from './cache.ts';
import { type CohortRecipe, sampleTbs } from './forge.ts';
import { encodeRecords, openPack, type PackRecord, sealPack } from './pack.ts';

/** Counts up when the forge makes something else of the same spec in a way that no sample in an address shows. */
const forgeVersion = 1;

export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** Content address: SHA-256 over everything that what is stored depends on, 64 hexadecimal digits. */
export const contentAddress = (...parts: readonly (string | number)[]): string =>
  hash('sha256', JSON.stringify(['certstorm', forgeVersion, ...parts]), 'hex');

/** The records stored for this address, or null where there are none that can be trusted. */
export function loadPack(path: string, address: string): PackRecord[] | null {
  const bytes = readPrivateFile(path);
  return bytes && openPack(bytes, address);
}

/**
 * Stores a pack and returns its records. Where another process was faster its records are returned instead, and a file that can't be
 * trusted is replaced.
 */
export function storePack(path: string, address: string, count: number, pieces: Uint8Array[]): PackRecord[] {
  const pack = sealPack(address, count, pieces);
  if (!writePrivateFile(path, pack, false)) {
    const there = loadPack(path, address);
    if (there) return there;
    writePrivateFile(path, pack, true);
  }
  return openPack(pack, address) ?? [];
}

/** The authorities of a seed and an algorithm: from the cache, or made. `fingerprint` names these very keys. */
export function obtainAuthorities(
  cacheDir: string,
  seed: number,
  algorithm: Algorithm,
): { authorities: Authorities; fingerprint: string } {
  const samples = sampleAuthorities(seed, algorithm).map(sha256);
  const address = contentAddress('authorities', seed, algorithm.name, ...samples);
  const path = join(cacheDir, `authorities-${address.slice(0, 32)}.pack`);
  const make = (): PackRecord[] => {
    const made = makeAuthorities(seed, algorithm);
    const records = authorityNames.map((name) => [made[name].pkcs8, made[name].certificate]);
    return storePack(path, address, records.length, [encodeRecords(records)]);
  };
  const records = loadPack(path, address) ?? make();
  const [clientCa, unknownCa, server] = records.map(
    ([pkcs8, certificate]): Credential => ({
      pkcs8: pkcs8 ?? new Uint8Array(0),
      certificate: certificate ?? new Uint8Array(0),
    }),
  );
  if (!clientCa || !unknownCa || !server) throw new Error(`${path} holds ${records.length} authorities`);
  const authorities = { 'client-ca': clientCa, 'unknown-ca': unknownCa, server };
  const fingerprint = contentAddress(...authorityNames.map((name) => sha256(authorities[name].certificate)));
  return { authorities, fingerprint: fingerprint.slice(0, 32) };
}

/** Where a cohort's identities are stored, and for what. */
export function cohortPlace(
  dir: string,
  recipe: CohortRecipe,
  identities: number,
): { path: string; address: string } {
  const { seed, cohort, algorithm, defect } = recipe;
  const address = contentAddress(
    'cohort',
    basename(dir),
    seed,
    algorithm.name,
    cohort,
    defect.name,
    identities,
    sha256(sampleTbs(recipe)),
  );
  return { path: join(dir, `cohort-${address.slice(0, 32)}.pack`), address };
}

/** A file that follows from what is stored already: written unless it is there just so. */
export function obtainFile(path: string, contents: Uint8Array): string {
  const there = readPrivateFile(path);
  if (!there || Buffer.from(there.buffer).compare(contents) !== 0) writePrivateFile(path, contents, true);
  return path;
}
