import { BaselineError } from '../gate/baseline-error.ts';
import { exitCodes } from '../gate/exit-codes.ts';
import { PkiError } from '../pki/pki-error.ts';
import { ResultError } from '../result/result-error.ts';
import { RunError } from '../run/run-error.ts';
import { ScenarioError } from '../scenario/scenario-error.ts';
import { isMistake, ServiceError } from '../services/index.ts';
import { StormError } from '../storm/storm-error.ts';
import { TargetError } from '../targets/target-error.ts';
import { UsageError } from './usage-error.ts';

const told = [
  ScenarioError,
  UsageError,
  BaselineError,
  RunError,
  ResultError,
  PkiError,
  ServiceError,
  StormError,
  TargetError,
];

/** One sentence for what a user can mend; the stack for what only we can. */
export function explain(error: unknown): string {
  if (told.some((kind) => error instanceof kind)) return (error as Error).message;
  if (isSystemError(error))
    return `the system refused: ${error.message}; make room or choose another place, then do it again`;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `certstorm failed where it should not, please report this:\n${trace}`;
}

/** What the file system says (ENOSPC, EACCES, …): nothing of ours is broken. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

const notValid: readonly RunError['code'][] = ['file-descriptors', 'ports', 'memory', 'not-valid'];

/** The exit code that DESIGN's contract gives to this failure. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ScenarioError || error instanceof UsageError || error instanceof ResultError)
    return exitCodes.badScenario;
  if (error instanceof BaselineError) return exitCodes.noBaseline;
  if (error instanceof PkiError && error.code === 'bad-spec') return exitCodes.badScenario;
  if (error instanceof ServiceError && isMistake(error)) return exitCodes.badScenario;
  if (error instanceof RunError && error.code === 'output') return exitCodes.badScenario;
  if (error instanceof RunError && error.code === 'stopped') return exitCodes.interrupted;
  if (error instanceof RunError && notValid.includes(error.code)) return exitCodes.notValid;
  return exitCodes.internalError;
}
