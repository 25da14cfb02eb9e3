import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { TargetError } from './target-error.ts';

/**
 * Marks the end of a broker's log; the function returned waits for a line after it. Where the mark is to be the log's beginning, call it
 * before there is one. Rejects with TargetError `ERR_TARGET_SILENT`.
 */
export function untilLogged(
  logFile: string,
  line: RegExp,
  withinMs: number,
  what: string,
): () => Promise<RegExpExecArray> {
  const from = lengthOf(logFile);
  return async () => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = line.exec(readFileSync(logFile).subarray(from).toString('utf8'));
      if (found !== null) return found;
      if (performance.now() > deadline) {
        throw new TargetError(
          'ERR_TARGET_SILENT',
          `${what} did not say what was waited for within ${withinMs / 1000} s: ${line.source}`,
        );
      }
      await delay(5);
    }
  };
}

function lengthOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
