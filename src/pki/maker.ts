import type { Issuer } from './authority.ts';
import { forge } from './forge.ts';
import { encodeRecords, identityRecord } from './pack.ts';
import { algorithmNamed, defectNamed } from './registry.ts';

/** Identities `from` … `to - 1` of a cohort, as a message to a maker's thread. */
export type MakerTask = {
  seed: number;
  cohort: string;
  algorithm: string;
  defect: string;
  issuer: Issuer | null;
  from: number;
  to: number;
};

/** Entry of a maker's thread: makes a piece of a cohort and hands it back as records of a pack. */
export function makeIdentities(task: MakerTask): Uint8Array {
  const recipe = {
    ...task,
    algorithm: algorithmNamed(task.algorithm),
    defect: defectNamed(task.defect),
  };
  return encodeRecords(forge(recipe, task.from, task.to).map(identityRecord));
}
