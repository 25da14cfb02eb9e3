import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cancelledRun, type Trial } from './cancel/trial.ts';

/**
 * Whether a run that is cancelled loses or leaves anything: whole runs are started and told SIGINT at a moment drawn from the seed, from
 * their first millisecond to beyond their end. Exit code 1 when one of them left a process, a file, or no readable result.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    /** A run takes about this long when nobody cancels it. */
    'within-ms': { type: 'string', default: '4000' },
  },
});

let state = Number(flags.seed) >>> 0;
/** From 0 to 1 (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let word = state;
  word = Math.imul(word ^ (word >>> 15), word | 1);
  word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
  return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
}

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
const trials: Trial[] = [];
try {
  for (let run = 0; run < Number(flags.runs); run++) {
    const trial = await cancelledRun(folder, `run-${run}`, random() * Number(flags['within-ms']));
    trials.push(trial);
    if (!flags.json) process.stdout.write(`${line(trial, run)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const bad = trials.filter(({ troubles }) => troubles.length > 0);
if (flags.json)
  process.stdout.write(`${JSON.stringify({ runs: trials.length, bad: bad.length, trials }, null, 2)}\n`);
else process.stdout.write(`${trials.length} runs cancelled, ${bad.length} lost or left something\n`);
process.exitCode = bad.length > 0 ? 1 : 0;

function line({ cancelledAfterMs, exitCode, finished, troubles }: Trial, run: number): string {
  const told = finished === null ? 'nothing to tell yet' : `${finished} attempts in the result`;
  const after = `${cancelledAfterMs} ms`.padStart(8);
  return `${String(run + 1).padStart(3)} after ${after}: exit code ${exitCode ?? 'none'}, ${told}${troubles.map((each) => `\n    ${each}`).join('')}`;
}
