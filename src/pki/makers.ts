import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { CohortRecipe } from './forge.ts';
import type { MakerTask } from './maker.ts';
import { PkiError } from './pki-error.ts';

/** A cohort that is not in the cache. */
export type MissingCohort = { recipe: CohortRecipe; identities: number };

/** Identities in one message: some 15 ms of work, so that progress flows and threads end together. */
const pieceIdentities = 250;

const makerEntry = new URL(import.meta.url.endsWith('.ts') ? './maker.ts' : './maker.js', import.meta.url)
  .href;

/**
 * Makes cohorts in a pool of threads. Each is handed to `onCohort` when its last piece is there, as records of a pack in the order of
 * its identities, whatever the order in which threads finished. Rejects with the signal's reason when aborted.
 */
export async function makeCohorts(
  missing: readonly MissingCohort[],
  options: {
    threads: number | undefined;
    signal: AbortSignal | undefined;
    onPiece: (cohort: string, identities: number) => void;
    onCohort: (cohort: string, pieces: Uint8Array[]) => void;
  },
): Promise<void> {
  const pieces = missing.map(({ identities }) => Math.ceil(identities / pieceIdentities));
  const count = pieces.reduce((sum, n) => sum + n, 0);
  if (count === 0) return;
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), count));
  const pool = new Piscina<MakerTask, Uint8Array>({
    filename: makerEntry,
    minThreads: threads,
    maxThreads: threads,
    recordTiming: false,
  });
  const run = async (task: MakerTask): Promise<Uint8Array> => {
    const piece = await pool.run(task, { name: 'makeIdentities' });
    options.onPiece(task.cohort, task.to - task.from);
    return piece;
  };
  // Not piscina's own signal: that ends one task at a time and starts a new thread for the next, which is then ended in its turn.
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended = pool.destroy();
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(
      missing.map(async ({ recipe, identities }) => {
        const done = await Promise.all(tasks(recipe, identities).map(run));
        options.onCohort(recipe.cohort, done);
      }),
    );
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof PkiError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PkiError(
      'maker-failed',
      `A thread that makes identities ended early (${cause}); what was finished is in the cache, so run it again.`,
      { cause: error },
    );
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await (ended ?? pool.destroy());
  }
}

function tasks(recipe: CohortRecipe, identities: number): MakerTask[] {
  const { seed, cohort, algorithm, defect, issuer } = recipe;
  const common = { seed, cohort, algorithm: algorithm.name, defect: defect.name, issuer };
  const list: MakerTask[] = [];
  for (let from = 0; from < identities; from += pieceIdentities) {
    list.push({ ...common, from, to: Math.min(identities, from + pieceIdentities) });
  }
  return list;
}
