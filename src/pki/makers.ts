import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Piscina } from 'piscina';
import type { CohortRecipe, KeyPools } from './forge.ts';
import { type MakerTask, makeIdentities } from './maker.ts';
import { PkiError } from './pki-error.ts';
import { algorithmNamed } from './registry.ts';

/** Identities `from` … `to - 1` of a cohort that are not in the cache: one file there. */
export type MissingChunk = { recipe: CohortRecipe; from: number; to: number };

/** A pool of keys that is not in the cache. */
export type MissingKeys = { algorithm: string; count: number };

export type MakersOptions = {
  threads: number | undefined;
  signal: AbortSignal | undefined;
};

/** Work in one message: so that progress flows and threads end together. */
const pieceMs = 15;
const identityMs = 0.06;
/** Less than it takes to start threads: such work is done at once, on this one. */
const notWorthThreadsMs = 100;
/** A maker's objects live for a piece: with more room for the young the same work is done in more memory, the longer the more. */
const youngMiB = 4;
/** What is lost at most when making is interrupted, beside the pieces at work. */
const chunkMs = 300;

/** Of one identity; keys from a pool cost nothing. */
const costMs = (algorithms: Record<string, number>, pooled: boolean): number =>
  identityMs +
  (pooled ? 0 : Math.max(...Object.keys(algorithms).map((name) => algorithmNamed(name).keyCostMs)));

/** Identities in one message to a maker. */
const pieceIdentities = (algorithms: Record<string, number>, pooled: boolean): number =>
  Math.max(1, Math.min(250, Math.round(pieceMs / costMs(algorithms, pooled))));

/** Identities in one file of the cache: an interrupted run goes on from the last one that is whole. */
export const chunkIdentities = (algorithms: Record<string, number>, pooled: boolean): number =>
  Math.max(20, Math.min(5000, Math.round(chunkMs / costMs(algorithms, pooled) / 1000) * 1000));

const makerEntry = new URL(import.meta.url.endsWith('.ts') ? './maker.ts' : './maker.js', import.meta.url)
  .href;

/**
 * Makes chunks of cohorts in a pool of threads. Each is handed to `onChunk` when its last piece is there, as records of a pack in the
 * order of its identities, whatever the order in which threads finished, and their memory is gone when it returns. Rejects with the signal's
 * reason when aborted.
 */
export async function makeChunks<Chunk extends MissingChunk>(
  missing: readonly Chunk[],
  pools: KeyPools,
  options: MakersOptions & {
    onPiece: (cohort: string, identities: number) => void;
    onChunk: (chunk: Chunk, pieces: Uint8Array[]) => void;
  },
): Promise<void> {
  const pooled = Object.keys(pools).length > 0;
  const pieces = missing.flatMap((chunk) => piecesOf(chunk, pooled, options.onChunk));
  const totalMs = missing.reduce(
    (sum, { recipe, from, to }) => sum + (to - from) * costMs(recipe.algorithms, pooled),
    0,
  );
  if (options.threads === undefined && totalMs < notWorthThreadsMs) {
    for (const { chunk, from, to, at, whole } of pieces) {
      await setImmediate();
      options.signal?.throwIfAborted();
      whole(at, makeIdentities({ recipe: chunk.recipe, from, to, pools }));
      options.onPiece(chunk.recipe.cohort, to - from);
    }
    return;
  }
  await inThreads('handOverIdentities', pieces, options, async (run, { chunk, from, to, at, whole }) => {
    const task: MakerTask = { recipe: chunk.recipe, from, to, pools: poolsFor(chunk.recipe, pools) };
    const piece = await run(task);
    options.onPiece(chunk.recipe.cohort, to - from);
    whole(at, piece);
  });
}

/**
 * Gives memory back now: the collector sees a small object and comes when a hundred megabytes of them lie about, which would make memory
 * grow with the corpus.
 */
export function release(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

type Piece = {
  chunk: MissingChunk;
  from: number;
  to: number;
  at: number;
  whole: (at: number, piece: Uint8Array) => void;
};

function piecesOf<Chunk extends MissingChunk>(
  chunk: Chunk,
  pooled: boolean,
  onChunk: (chunk: Chunk, pieces: Uint8Array[]) => void,
): Piece[] {
  const size = pieceIdentities(chunk.recipe.algorithms, pooled);
  const count = Math.ceil((chunk.to - chunk.from) / size);
  let done: Uint8Array[] = [];
  let left = count;
  const whole = (at: number, piece: Uint8Array) => {
    done[at] = piece;
    left -= 1;
    if (left > 0) return;
    onChunk(chunk, done);
    for (const { buffer } of done) release(buffer);
    done = [];
  };
  return Array.from({ length: count }, (_, at) => {
    const from = chunk.from + at * size;
    return { chunk, from, to: Math.min(chunk.to, from + size), at, whole };
  });
}

function poolsFor({ algorithms }: CohortRecipe, pools: KeyPools): KeyPools {
  return Object.fromEntries(Object.entries(pools).filter(([name]) => Object.hasOwn(algorithms, name)));
}

/** Makes the keys of a pool, as records of a pack. */
export async function makeKeyPool(
  { algorithm, count }: MissingKeys,
  options: MakersOptions & { onKeys: (done: number) => void },
): Promise<Uint8Array[]> {
  const size = Math.max(1, Math.min(250, Math.round(pieceMs / algorithmNamed(algorithm).keyCostMs)));
  const tasks = Array.from({ length: Math.ceil(count / size) }, (_, at) => ({
    algorithm,
    count: Math.min(size, count - at * size),
  }));
  const pieces: Uint8Array[] = [];
  await inThreads('handOverKeys', tasks, options, async (run, task) => {
    pieces.push(await run(task));
    options.onKeys(task.count);
  });
  return pieces;
}

/** Hands out tasks in their order, a few at a time for each thread, so that little is held in memory. */
async function inThreads<Task>(
  entry: string,
  tasks: readonly Task[],
  { threads: wanted, signal }: MakersOptions,
  handle: (run: (message: unknown) => Promise<Uint8Array>, task: Task) => Promise<void>,
): Promise<void> {
  if (tasks.length === 0) return;
  const threads = Math.max(1, Math.min(wanted ?? availableParallelism(), tasks.length));
  const pool = new Piscina<unknown, Uint8Array>({
    filename: makerEntry,
    minThreads: threads,
    maxThreads: threads,
    recordTiming: false,
    resourceLimits: { maxYoungGenerationSizeMb: youngMiB },
  });
  const run = (message: unknown): Promise<Uint8Array> => pool.run(message, { name: entry });
  // Not piscina's own signal: that ends one task at a time and starts a new thread for the next, which is then ended in its turn.
  let ended: Promise<void> | undefined;
  const stop = () => {
    ended = pool.destroy();
  };
  signal?.addEventListener('abort', stop, { once: true });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
      next += 1;
      await handle(run, task);
      signal?.throwIfAborted();
    }
  };
  try {
    await Promise.all(Array.from({ length: threads * 3 }, lane));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PkiError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new PkiError(
      'maker-failed',
      `A thread that makes identities ended early (${cause}); what was finished is in the cache, so run it again.`,
      { cause: error },
    );
  } finally {
    signal?.removeEventListener('abort', stop);
    await (ended ?? pool.destroy());
  }
}
