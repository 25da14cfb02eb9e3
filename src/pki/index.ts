/** The forge: what other rooms use of it. The types of a corpus are in `identity.ts`. */

export type { Algorithm, KeyPair } from './algorithms/algorithm.ts';
export { algorithms } from './algorithms/index.ts';
export { type CorpusOptions, type CorpusProgress, makeCorpus } from './corpus.ts';
export type { Defect } from './defects/defect.ts';
export { defects } from './defects/index.ts';
export { type PemFolder, type PemFolderOptions, writePemFolder } from './export.ts';
export { PkiError, type PkiErrorCode } from './pki-error.ts';
export { algorithmNamed, algorithmNames, defectNamed, defectNames } from './registry.ts';
export { revokedSerials } from './revocation.ts';
