import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { makeCorpus } from '../pki/corpus.ts';
import type { Corpus, CorpusSpec } from '../pki/identity.ts';
import { type CorpusOptions, PkiError, readGivenCorpus } from '../pki/index.ts';
import type { VariantPlan } from '../scenario/plan.ts';

/**
 * The corpus of a variant: made or loaded, or read from the user's own files; and what its clients trust for the broker, where the
 * scenario names that.
 *
 * Throws PkiError, with `bad-spec` for files of the user's that are not what they should be.
 */
export async function obtainCorpus(
  { corpus: plan, cohorts, target }: VariantPlan,
  spec: CorpusSpec,
  options: CorpusOptions,
): Promise<Corpus> {
  const corpus =
    plan.from === undefined
      ? await makeCorpus(spec, options)
      : readGivenCorpus(plan.from, cohorts, spec.seed);
  if (target.caFile === undefined) return corpus;
  const serverCaFile = resolve(target.caFile);
  try {
    accessSync(serverCaFile, constants.R_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PkiError('bad-spec', `target.caFile: ${serverCaFile} can't be read (${reason}).`, {
      cause: error,
    });
  }
  return { ...corpus, serverCaFile };
}
