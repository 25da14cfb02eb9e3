import { hash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, Identity } from '../pki/identity.ts';
import type { VariantPlan } from '../scenario/plan.ts';

/** The fingerprints of those who are to get in, on a file that the target reads: what fleets keep who trust no list of the CA. */
export class AllowList {
  /** One SHA-256 fingerprint a line, hexadecimal; replaced in one step. */
  readonly file: string;
  readonly #fingerprints: Set<string>;

  /** Everybody is on it whom the plan expects to be let in. */
  constructor(variant: VariantPlan, corpus: Corpus, workDir: string) {
    this.file = join(workDir, 'allowed.txt');
    this.#fingerprints = new Set(
      variant.cohorts.flatMap(({ expect }, index) =>
        expect.outcome.startsWith('accept') ? fingerprints(corpus.cohorts[index]?.identities ?? []) : [],
      ),
    );
    this.#write();
  }

  remove(identities: readonly Identity[]): void {
    for (const fingerprint of fingerprints(identities)) this.#fingerprints.delete(fingerprint);
    this.#write();
  }

  #write(): void {
    const next = `${this.file}.next`;
    writeFileSync(next, `${[...this.#fingerprints].join('\n')}\n`, { mode: 0o600 });
    renameSync(next, this.file);
  }
}

function fingerprints(identities: readonly Identity[]): string[] {
  return identities.flatMap(({ chain: [leaf] }) => (leaf === undefined ? [] : [hash('sha256', leaf, 'hex')]));
}
