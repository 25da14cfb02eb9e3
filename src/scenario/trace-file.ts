import { readFileSync } from 'node:fs';
import { limits } from './limits.ts';

/** Arrivals of a trace: milliseconds from its start, in order, each with its cohort. */
export type TraceArrivals = { atMs: number[]; cohorts: string[] };

/**
 * Reads a trace: CSV lines of a time in seconds and the name of a cohort, in the order of the times; a first line of words and empty lines
 * are passed over. Throws Error with a sentence that names the line.
 */
export function readTrace(file: string, cohortNames: readonly string[]): TraceArrivals {
  const atMs: number[] = [];
  const cohorts: string[] = [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [time = '', cohort = ''] = line.split(',').map((cell) => cell.trim());
    if (line.trim() === '' || (index === 0 && !/^[\d.]/.test(time))) continue;
    const place = `${file}, line ${index + 1}`;
    if (!/^\d+(?:\.\d+)?$/.test(time)) throw new Error(`${place}: '${time}' is no time in seconds`);
    if (!cohortNames.includes(cohort)) throw new Error(`${place}: there is no cohort '${cohort}'`);
    const ms = Number(time) * 1000;
    if (ms < (atMs.at(-1) ?? 0)) throw new Error(`${place}: ${time} s comes before the line ahead of it`);
    atMs.push(ms);
    cohorts.push(cohort);
    if (atMs.length > limits.traceArrivals)
      throw new Error(`${file} has more than ${limits.traceArrivals} arrivals`);
  }
  if (atMs.length === 0) throw new Error(`${file} holds no arrival`);
  return { atMs, cohorts };
}
