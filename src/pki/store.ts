import { hash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { KeyPair } from './algorithms/algorithm.ts';
import { type Authorities, type Credential, makeAuthority, sampleAuthority } from './authority.ts';
import { markUsed, readPrivateFile, writePrivateFile } from './cache.ts';
import { type CohortRecipe, sampleTbs } from './forge.ts';
import type { AuthorityPlan } from './hierarchy.ts';
import { type MakersOptions, makeKeyPool, release } from './makers.ts';
import {
  encodeRecords,
  openPack,
  type PackRecord,
  packLength,
  recordKeyPair,
  sealInto,
  sealPack,
} from './pack.ts';
import { defectNamed } from './registry.ts';

/** Counts up when the forge makes something else of the same spec in a way that no sample in an address shows. */
const forgeVersion = 2;

export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** Content address: SHA-256 over everything that what is stored depends on, 64 hexadecimal digits. */
export const contentAddress = (...parts: readonly (string | number)[]): string =>
  hash('sha256', JSON.stringify(['certstorm', forgeVersion, ...parts]), 'hex');

/** The records stored for this address, or null where there are none that can be trusted. */
export function loadPack(path: string, address: string): PackRecord[] | null {
  const bytes = readPrivateFile(path);
  const records = bytes && openPack(bytes, address);
  if (records) markUsed(path);
  return records;
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

/** Stores a pack that nobody wants to look into now; its memory is gone when this returns. */
export function writePack(path: string, address: string, count: number, pieces: Uint8Array[]): void {
  const memory = new ArrayBuffer(packLength(pieces));
  const pack = sealInto(memory, address, count, pieces);
  if (!writePrivateFile(path, pack, false) && !loadPack(path, address)) writePrivateFile(path, pack, true);
  release(memory);
}

/** One authority after the other: from the cache, or made. Those before them are in `made`; the map returned has both. */
export function obtainAuthorities(
  dir: string,
  plans: readonly AuthorityPlan[],
  { seed, fixed }: { seed: number; fixed: boolean },
  made: Authorities = new Map(),
): Authorities {
  const all = new Map(made);
  for (const plan of plans) {
    if (plan.given !== undefined) {
      const { pkcs8, certificate } = plan.given;
      all.set(plan.name, { pkcs8, certificate, plan });
      continue;
    }
    const others = [plan.signedBy, plan.keyOf].map((name) => {
      const other = name === null || name === undefined ? undefined : all.get(name);
      return other ? sha256(other.certificate) : '';
    });
    const sample = sha256(sampleAuthority(plan, seed));
    const address = contentAddress(
      'authority',
      seed,
      plan.name,
      plan.algorithm.name,
      String(fixed),
      sample,
      ...others,
    );
    const path = join(dir, `authority-${address.slice(0, 32)}.pack`);
    const make = (): PackRecord[] => {
      const { pkcs8, certificate } = makeAuthority(plan, seed, fixed ? { fixedSeed: seed } : {}, all);
      return storePack(path, address, 1, [encodeRecords([[pkcs8, certificate]])]);
    };
    const [record] = loadPack(path, address) ?? make();
    const [pkcs8, certificate] = record ?? [];
    if (!pkcs8 || !certificate) throw new Error(`${path} holds no authority`);
    const credential: Credential = { pkcs8, certificate };
    all.set(plan.name, { ...credential, plan });
  }
  return all;
}

/** The shared keys of an algorithm: from the cache, or made. They serve every seed. */
export async function obtainKeyPool(
  dir: string,
  algorithm: string,
  count: number,
  options: MakersOptions & { onKeys: (done: number) => void },
): Promise<KeyPair[]> {
  const address = contentAddress('keys', algorithm, count);
  const path = join(dir, `keys-${address.slice(0, 32)}.pack`);
  const records =
    loadPack(path, address) ??
    storePack(path, address, count, await makeKeyPool({ algorithm, count }, options));
  return records.map(recordKeyPair);
}

/** What all of a cohort's content addresses begin with; `pool` names the keys that it shares. */
export function recipeAddress(dir: string, recipe: CohortRecipe, pool: readonly KeyPair[]): string {
  const { seed, cohort, algorithms, defect, issuers, serialOctets, before, crl } = recipe;
  const { weakKey, issuer, encoding, chain } = defectNamed(defect);
  return contentAddress(
    'cohort',
    basename(dir),
    seed,
    cohort,
    JSON.stringify(algorithms),
    defect,
    JSON.stringify([weakKey, issuer, encoding !== undefined, chain !== undefined]),
    JSON.stringify([recipe.fixedKeys, serialOctets, before]),
    JSON.stringify([recipe.certificate, crl.kind, crl.partitions]),
    sha256(sampleTbs(recipe)),
    ...issuers.flatMap((each) => [sha256(each.pkcs8), ...each.chain.map(sha256)]),
    ...pool.map(({ spki }) => sha256(spki)),
  );
}

/** Where a stretch of a cohort's identities is stored, and for what. */
export function chunkPlace(
  dir: string,
  recipe: string,
  from: number,
  to: number,
): { path: string; address: string } {
  const address = contentAddress('chunk', recipe, from, to);
  return { path: join(dir, `cohort-${address.slice(0, 32)}.pack`), address };
}

/** A file that follows from what is stored already: written unless it is there just so. */
export function obtainFile(path: string, contents: Uint8Array): string {
  const there = readPrivateFile(path);
  if (!there || Buffer.from(there.buffer).compare(contents) !== 0) writePrivateFile(path, contents, true);
  else markUsed(path);
  return path;
}
