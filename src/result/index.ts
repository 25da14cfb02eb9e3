export { resultJsonSchema } from './json-schema.ts';
export { maxResultBytes, readResult } from './read.ts';
export { ResultError, type ResultErrorCode } from './result-error.ts';
export * from './schema.ts';
export { serialiseResult, writeResult } from './write.ts';
export { writeFileAtomically } from './write-file.ts';
