import type { CorpusSpec } from '../pki/identity.ts';
import { forgeCost } from '../pki/index.ts';

/** What an identity costs to make, measured once in a run for each way of making them, before any clock runs. */
export class ForgeCosts {
  readonly #cacheDir: string;
  readonly #known = new Map<string, number | undefined>();

  constructor(cacheDir: string) {
    this.#cacheDir = cacheDir;
  }

  /** Milliseconds of CPU; undefined where the corpus has no certificates. Throws PkiError. */
  of(spec: CorpusSpec): number | undefined {
    const { algorithm, caAlgorithm, fixedKeys, authorities, certificate, cohorts } = spec;
    const [first] = cohorts.map((cohort) => [cohort.algorithm, cohort.certificate]);
    const way = JSON.stringify([algorithm, caAlgorithm, fixedKeys, authorities, certificate, first]);
    if (!this.#known.has(way)) this.#known.set(way, forgeCost(spec, this.#cacheDir));
    return this.#known.get(way);
  }
}
