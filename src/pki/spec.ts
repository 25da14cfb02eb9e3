import type { CorpusSpec } from './identity.ts';
import { PkiError } from './pki-error.ts';
import { algorithmNamed, defectNamed } from './registry.ts';

/** Client ids are file names and common names (at most 64 characters, RFC 5280 A.1), so cohort names are kept plain. */
const cohortName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;
const most = 10_000_000;

function checkCount(value: number, what: string, lowest: number): void {
  if (!Number.isInteger(value) || value < lowest || value > most) {
    throw new PkiError('bad-spec', `${what}: ${value} is not a whole number from ${lowest} to ${most}.`);
  }
}

/** Throws PkiError `bad-spec` for what no corpus can be made of. */
export function checkSpec(spec: CorpusSpec): void {
  if (!Number.isInteger(spec.seed) || spec.seed < 0 || spec.seed > 0xffffffff) {
    throw new PkiError('bad-spec', `seed: ${spec.seed} is not a whole number from 0 to 4294967295.`);
  }
  algorithmNamed(spec.algorithm);
  checkCount(spec.crlEntries, 'crlEntries', 0);
  const names = new Set<string>();
  for (const [index, { name, defect, identities }] of spec.cohorts.entries()) {
    const place = `cohorts[${index}]`;
    if (!cohortName.test(name)) {
      throw new PkiError(
        'bad-spec',
        `${place}.name: "${name}" is not 1 to 50 letters, digits, dots, hyphens or underscores, a letter or digit first.`,
      );
    }
    if (names.has(name))
      throw new PkiError('bad-spec', `${place}.name: "${name}" is taken by another cohort.`);
    names.add(name);
    checkCount(identities, `${place}.identities`, defectNamed(defect).certificate ? 1 : 0);
  }
}
