import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeDirectories } from '../pki/whole-file.ts';
import { formats } from '../report/index.ts';
import type { Result } from '../result/schema.ts';

import { writeFileAtomically, writeResult } from '../result/write.ts';
import { RunError } from './run-error.ts';

/** `reports/<scenario>-<time>`, the time in UTC and fit for a file name. */
export function defaultOutput(scenario: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '');
  return join('reports', `${scenario.replaceAll(/[^\w.-]+/g, '-')}-${time}`);
}

/**
 * Makes the folder for the results and tries whether it can be written, before anything is measured for it.
 * Throws RunError `output` with the reason.
 */
export function prepareOutput(dir: string): string {
  const path = resolve(dir);
  try {
    makeDirectories(path, 0o755);
    accessSync(path, constants.W_OK);
    // Root passes every access check, also on a read-only file system: only a file tells.
    const probe = join(path, `.certstorm-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new RunError(
      'output',
      `the output folder ${path} cannot be written (${reasonOf(error)}): choose another with --out DIR`,
    );
  }
  return path;
}

/**
 * Writes a run's folder: result.json first, then every report made from it, and those on request that `also` names. When the folder can't take them (a full disk), result.json
 * goes to a new folder under the system's temporary one and RunError `rescued` tells where.
 */
export function writeOutput(dir: string, result: Result, also: readonly string[] = []): void {
  try {
    writeResult(dir, result);
    for (const format of formats) {
      const due =
        (format.onRequest !== true && format.fits?.(result) !== false) || also.includes(format.format);
      if (format.fileName !== 'result.json' && due)
        writeFileAtomically(join(dir, format.fileName), format.render(result));
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const rescue = mkdtempSync(join(tmpdir(), 'certstorm-rescued-'));
    writeResult(rescue, result);
    throw new RunError(
      'rescued',
      `the output folder ${dir} could not be written to the end (${reasonOf(error)}): the result is in ${rescue}/result.json; ` +
        `make room, then \`certstorm report ${rescue}/result.json --out ${dir}\``,
    );
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Record<string, string> = {
    ENOSPC: 'no space left on the disk',
    EROFS: 'the file system is read-only',
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'there is a file of that name',
    EDQUOT: 'the disk quota is used up',
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
