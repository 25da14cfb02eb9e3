import type { CorpusSpec } from '../../src/pki/identity.ts';
import { defects } from '../../src/pki/index.ts';

/** One cohort for each defect there is, called after it (`good` for `none`). */
export function everyDefect(identities: number, more: Partial<CorpusSpec> = {}): CorpusSpec {
  return {
    seed: 7,
    algorithm: 'ecdsa-p256',
    crlEntries: 50,
    cohorts: defects.map(({ name }) => ({
      name: name === 'none' ? 'good' : name,
      defect: name,
      identities,
    })),
    ...more,
  };
}
