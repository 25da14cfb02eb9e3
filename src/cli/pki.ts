import { join } from 'node:path';
import { exitCodes } from '../gate/exit-codes.ts';
import type { CorpusSpec } from '../pki/identity.ts';
import {
  algorithms,
  collectGarbage,
  formats,
  type StoredCorpus,
  storeCorpus,
  writePemFolder,
} from '../pki/index.ts';
import { issuerFolders } from '../pki/ocsp/corpus-issuers.ts';
import { putWholeFile } from '../pki/whole-file.ts';
import { corpusSpecOf } from '../run/corpus-spec.ts';
import { vocabulary } from '../run/vocabulary.ts';
import type { VariantPlan } from '../scenario/plan.ts';
import { readScenario } from '../scenario/read.ts';
import { type EmqxOrder, emqxFiles } from '../targets/emqx.ts';
import { TargetError } from '../targets/target-error.ts';
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
  for?: string;
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
  if (flags.for !== undefined && flags.scenario === undefined)
    throw new UsageError('--for: it takes --scenario, which says what the broker is to be');
  const chosen = flags.scenario === undefined ? undefined : await scenarioVariant(flags.scenario, flags);
  const spec =
    chosen === undefined ? plainSpec(flags) : corpusSpecOf(chosen.seed, chosen.variant, Date.now());
  if (flags.for !== undefined && chosen !== undefined) emqxOrder(chosen.variant, '', []);
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
    if (flags.for !== undefined && chosen !== undefined)
      writeEmqxFiles(emqxOrder(chosen.variant, folder.dir, clientIdsOf(corpus), corpus.password));
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

/** Throws UsageError for what EMQX cannot be, or what a scenario must fix beforehand. */
function emqxOrder(
  { target, broker, services }: VariantPlan,
  dir: string,
  clientIds: readonly string[],
  password = '',
): EmqxOrder {
  if (target.kind !== 'external')
    throw new UsageError(
      `--for: the variant's target.kind is ${target.kind}, and EMQX is an external broker`,
    );
  const { port } = services.auth;
  const order: EmqxOrder = {
    ...target,
    dir,
    tlsVersions: target.tlsVersions ?? null,
    authUrl: port === 0 ? null : `http://127.0.0.1:${port}`,
    crlPollMs: broker.crl.pollMs,
    users: { clientIds, password },
  };
  try {
    emqxFiles(order);
  } catch (error) {
    if (error instanceof TargetError) throw new UsageError(`--for: ${error.message}`);
    throw error;
  }
  return order;
}

function writeEmqxFiles(order: EmqxOrder): void {
  for (const { name, text, secret } of emqxFiles(order))
    putWholeFile(join(order.dir, name), Buffer.from(text), secret ? 0o600 : 0o644, true);
  process.stdout.write(
    `emqx.conf for ${order.host}:${order.port}: end EMQX's own with  include ${JSON.stringify(join(order.dir, 'emqx.conf'))}\n`,
  );
}

function clientIdsOf(corpus: StoredCorpus): string[] {
  return [...corpus.stretches()].flatMap(({ identities }) => identities.map(({ clientId }) => clientId));
}

async function scenarioVariant(
  file: string,
  { count, algorithm, caAlgorithm, keys, seed, variant }: PkiFlags,
): Promise<{ seed: number; variant: VariantPlan }> {
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
  return { seed: plan.seed, variant: chosen };
}
