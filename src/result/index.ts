export { agreementShare } from './cpu-sources-schema.ts';
export { resultJsonSchema } from './json-schema.ts';
export { wasLeftOut } from './left-out.ts';
export { maxResultBytes, readResult } from './read.ts';
export { ResultError, type ResultErrorCode } from './result-error.ts';
export * from './schema.ts';
export { serialiseResult, writeFileAtomically, writeResult } from './write.ts';
