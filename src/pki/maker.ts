import { type CohortRecipe, forge, type KeyPools } from './forge.ts';
import { encodeRecords, identityRecord, keyPairRecord } from './pack.ts';
import { algorithmNamed } from './registry.ts';

/** Identities `from` … `to - 1` of a cohort, as a message to a maker's thread. */
export type MakerTask = { recipe: CohortRecipe; from: number; to: number; pools: KeyPools };

/** Entry of a maker's thread: makes a piece of a cohort and hands it back as records of a pack. */
export function makeIdentities({ recipe, from, to, pools }: MakerTask): Uint8Array {
  return encodeRecords(forge(recipe, from, to, pools).map(identityRecord));
}

export type KeyTask = { algorithm: string; count: number };

/** Entry of a maker's thread: makes keys for a pool. */
export function makeKeys({ algorithm, count }: KeyTask): Uint8Array {
  const kind = algorithmNamed(algorithm);
  return encodeRecords(Array.from({ length: count }, () => keyPairRecord(kind.makeKeyPair())));
}
