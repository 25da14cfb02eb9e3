import { move } from 'piscina';
import { type CohortRecipe, forge, type KeyPools } from './forge.ts';
import { encodeRecords, identityRecord, keyPairRecord } from './pack.ts';
import { algorithmNamed } from './registry.ts';

/** Identities `from` … `to - 1` of a cohort, as a message to a maker's thread. */
export type MakerTask = { recipe: CohortRecipe; from: number; to: number; pools: KeyPools };

/** Makes a piece of a cohort, as records of a pack. */
export function makeIdentities({ recipe, from, to, pools }: MakerTask): Uint8Array {
  return encodeRecords(forge(recipe, from, to, pools).map(identityRecord));
}

export type KeyTask = { algorithm: string; count: number };

/** Entry of a maker's thread: the same, handed over instead of copied, so that it leaves no garbage in the thread. */
export const handOverIdentities = (task: MakerTask): unknown => move(makeIdentities(task));

/** Entry of a maker's thread: makes keys for a pool. */
export function handOverKeys({ algorithm, count }: KeyTask): unknown {
  const kind = algorithmNamed(algorithm);
  return move(encodeRecords(Array.from({ length: count }, () => keyPairRecord(kind.makeKeyPair()))));
}
