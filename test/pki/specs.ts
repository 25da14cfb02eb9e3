import type { CorpusSpec } from '../../src/pki/identity.ts';
import { type Defect, defects } from '../../src/pki/index.ts';

/** The nine of the quickstart: what a broker meets every day. */
export const everyday = [
  'none',
  'expired',
  'not-yet-valid',
  'revoked',
  'unknown-ca',
  'self-signed',
  'wrong-eku',
  'no-certificate',
  'bad-signature',
];

const specOf = (kinds: readonly Defect[], identities: number, more: Partial<CorpusSpec>): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 50,
  cohorts: kinds.map(({ name, endsWithinRun }) => ({
    name: cohortOf(name),
    defect: name,
    identities,
    ...(endsWithinRun && { endsAtMs: Date.UTC(2025, 5, 2) }),
  })),
  ...more,
});

export const cohortOf = (defect: string): string => (defect === 'none' ? 'good' : defect);

/** One cohort for each defect of the quickstart, called after it (`good` for `none`). */
export const everydayDefects = (identities: number, more: Partial<CorpusSpec> = {}): CorpusSpec =>
  specOf(
    defects.filter(({ name }) => everyday.includes(name)),
    identities,
    more,
  );

/** One cohort for each defect there is; the one that is to end within the run has ended. */
export const everyDefect = (identities: number, more: Partial<CorpusSpec> = {}): CorpusSpec =>
  specOf(defects, identities, more);
