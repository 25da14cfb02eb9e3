/** The forge: what other rooms use of it. The types of a corpus are in `identity.ts`. */

export type { Algorithm, KeyPair } from './algorithms/algorithm.ts';
export { algorithms } from './algorithms/index.ts';
export { collectGarbage, type Garbage } from './cache.ts';
export {
  type CorpusOptions,
  type CorpusProgress,
  makeCorpus,
  type StoredCorpus,
  type Stretch,
  storeCorpus,
} from './corpus.ts';
export type { CrlDefect } from './crl-defects/crl-defect.ts';
export { crlDefects } from './crl-defects/index.ts';
export type { CrlKind } from './crls/crl-kind.ts';
export { crlKinds } from './crls/index.ts';
export type { Defect } from './defects/defect.ts';
export { defects } from './defects/index.ts';
export { type PemFolder, type PemFolderOptions, writePemFolder } from './export.ts';
export { forgeCost } from './forge-cost.ts';
export type { IdentityFormat } from './formats/format.ts';
export { formats } from './formats/index.ts';
export { readGivenCorpus } from './given-corpus.ts';
export { PkiError, type PkiErrorCode } from './pki-error.ts';
export { algorithmNamed, algorithmNames, defectNamed, defectNames } from './registry.ts';
export { revokedSerials } from './revocation.ts';
export { checkSpec } from './spec.ts';
