import type { Algorithm } from './algorithms/algorithm.ts';
import { algorithms } from './algorithms/index.ts';
import type { Authority } from './authorities/authority.ts';
import { authorities } from './authorities/index.ts';
import type { CrlDefect } from './crl-defects/crl-defect.ts';
import { crlDefects } from './crl-defects/index.ts';
import type { CrlKind } from './crls/crl-kind.ts';
import { crlKinds } from './crls/index.ts';
import type { Defect } from './defects/defect.ts';
import { defects } from './defects/index.ts';
import { PkiError } from './pki-error.ts';

export const algorithmNames: readonly string[] = algorithms.map(({ name }) => name);
export const defectNames: readonly string[] = defects.map(({ name }) => name);

function named<Kind extends { name: string }>(kinds: readonly Kind[], what: string, wanted: string): Kind {
  const found = kinds.find(({ name }) => name === wanted);
  if (found) return found;
  const known = kinds.map(({ name }) => name).join(', ');
  throw new PkiError('bad-spec', `There is no ${what} "${wanted}"; known are ${known}.`);
}

/** Throws PkiError `bad-spec` where there is none of this name. */
export const algorithmNamed = (wanted: string): Algorithm => named(algorithms, 'algorithm', wanted);

/** Throws PkiError `bad-spec` where there is none of this name. */
export const defectNamed = (wanted: string): Defect => named(defects, 'defect', wanted);

/** Throws PkiError `bad-spec` where there is none of this name. */
export const authorityNamed = (wanted: string): Authority => named(authorities, 'authority', wanted);

/** Throws PkiError `bad-spec` where there is none of this name. */
export const crlKindNamed = (wanted: string): CrlKind => named(crlKinds, 'kind of CRL', wanted);

/** Throws PkiError `bad-spec` where there is none of this name. */
export const crlDefectNamed = (wanted: string): CrlDefect => named(crlDefects, 'CRL defect', wanted);
