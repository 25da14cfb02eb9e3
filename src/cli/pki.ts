import { exitCodes } from '../gate/exit-codes.ts';
import type { CorpusSpec } from '../pki/identity.ts';
import { algorithms, collectGarbage, formats, storeCorpus, writePemFolder } from '../pki/index.ts';
import { issuerFolders } from '../pki/ocsp/corpus-issuers.ts';
import { corpusSpecOf } from '../run/corpus-spec.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { cacheDir } from './cache-dir.ts';
import { progressOn } from './progress.ts';
import { stopOnSignals } from './signals.ts';
import { UsageError } from './usage-error.ts';

type PkiFlags = {
  count?: number;
  algorithm?: string;
  caAlgorithm?: string;
  keys?: 'fresh' | 'pooled';
  seed?: number;
  scenario?: string;
  variant: string[];
  format?: string;
  password?: string;
  gc?: boolean;
};

const unusedMs = 30 * 24 * 60 * 60 * 1000;

/** `certstorm pki OUT`: a corpus as files. Numbered `c00001.crt` on for `--count`, named by client id for a scenario's. */
export async function pki(out: string | undefined, flags: PkiFlags): Promise<void> {
  if (flags.gc) {
    if (out !== undefined) throw new UsageError('--gc: it takes no folder, it looks after the cache');
    sweepCache();
    return;
  }
  if (out === undefined) throw new UsageError('pki: it takes a folder to write to, or --gc');
  const format = flags.format ?? 'pem';
  if (!formats.some(({ name }) => name === format)) {
    const known = formats.map(({ name }) => name).join(', ');
    throw new UsageError(`--format: there is no '${format}'; it is one of ${known}`);
  }
  const spec = flags.scenario === undefined ? plainSpec(flags) : await scenarioSpec(flags.scenario, flags);
  const progress = progressOn(process.stderr);
  const { signal, release } = stopOnSignals(() =>
    progress.note('stopping: the folder is marked as incomplete; the same command goes on from there'),
  );
  const step = (cohort: string) => (at: { done: number; total: number }) =>
    progress.onEvent({ kind: 'corpus', cohort, ...at });
  try {
    const corpus = await storeCorpus(spec, {
      cacheDir: cacheDir(),
      signal,
      onProgress: (at) => step(at.cohort)(at),
    });
    const folder = await writePemFolder(corpus, out, {
      naming: flags.scenario === undefined ? 'number' : 'client-id',
      format,
      issuers: issuerFolders(spec, cacheDir()),
      ...(flags.password === undefined ? {} : { password: flags.password }),
      signal,
      onProgress: step('written'),
    });
    progress.end();
    for (const warning of corpus.warnings) process.stderr.write(`WARNING: ${warning}\n`);
    const kept = folder.kept > 0 ? ` (${folder.kept} were there)` : '';
    process.stdout.write(
      `${folder.identities} identities${kept} in ${folder.dir}, listed in ${folder.indexFile}\n`,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = exitCodes.interrupted;
  } finally {
    progress.end();
    release();
  }
}

function sweepCache(): void {
  const dir = cacheDir();
  const { files, bytes, keptFiles } = collectGarbage(dir, unusedMs);
  process.stdout.write(
    `${files} files (${(bytes / 2 ** 20).toFixed(1)} MiB) removed from ${dir}, ${keptFiles} used within 30 days kept\n`,
  );
}

function plainSpec(flags: PkiFlags): CorpusSpec {
  const { count = 100, algorithm = 'ecdsa-p256', caAlgorithm, keys, seed = 1 } = flags;
  if (count < 1) throw new UsageError('--count: it takes 1 or more');
  knownAlgorithm('--algorithm', algorithm);
  if (caAlgorithm !== undefined) knownAlgorithm('--ca-algorithm', caAlgorithm);
  return {
    seed,
    algorithm,
    ...(caAlgorithm !== undefined && { caAlgorithm }),
    ...(keys !== undefined && { keys }),
    crlEntries: 0,
    cohorts: [{ name: 'good', defect: 'none', identities: count }],
  };
}

function knownAlgorithm(flag: string, name: string): void {
  const known = algorithms.map((algorithm) => algorithm.name);
  if (!known.includes(name))
    throw new UsageError(`${flag}: there is no '${name}'; it is one of ${known.join(', ')}`);
}

async function scenarioSpec(
  file: string,
  { count, algorithm, caAlgorithm, keys, seed, variant }: PkiFlags,
): Promise<CorpusSpec> {
  const plan = await readScenario(file, vocabulary, {
    variants: variant,
    set: [
      ...(count === undefined ? [] : [`corpus.identities=${count}`]),
      ...(algorithm === undefined ? [] : [`corpus.algorithm=${algorithm}`]),
      ...(caAlgorithm === undefined ? [] : [`corpus.caAlgorithm=${caAlgorithm}`]),
      ...(keys === undefined ? [] : [`corpus.keys=${keys}`]),
    ],
    ...(seed === undefined ? {} : { seed }),
  });
  const [chosen] = plan.variants;
  if (chosen === undefined) throw new UsageError(`${file} has no variant`);
  return corpusSpecOf(plan.seed, chosen, Date.now());
}
