import { join, relative } from 'node:path';
import { renderTerminal } from '../report/terminal.ts';
import { conduct } from '../run/conduct.ts';
import { defaultOutput, prepareOutput, writeOutput } from '../run/output.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { type BaselineFlags, baselineFor, keepBaselines, prepareBaseline } from './baseline.ts';
import { cacheDir } from './cache-dir.ts';
import { type OverrideFlags, overridesOf } from './overrides.ts';
import { progressOn } from './progress.ts';
import { stopOnSignals } from './signals.ts';
import { terminalStyle } from './terminal-style.ts';

type RunFlags = OverrideFlags & BaselineFlags & { out?: string; json?: true; quiet?: true };

/** `certstorm run SCENARIO`: the whole way from a file to an exit code. */
export async function run(file: string, flags: RunFlags): Promise<void> {
  const plan = await readScenario(file, vocabulary, overridesOf(flags));
  const out = prepareOutput(flags.out ?? defaultOutput(plan.name));
  prepareBaseline(flags);
  const progress = progressOn(process.stderr);
  const quiet = flags.quiet === true;
  const { signal, release } = stopOnSignals(() =>
    progress.note('stopping: what was measured is being written (again: stop at once)'),
  );
  try {
    const result = await conduct(plan, {
      cacheDir: cacheDir(),
      keepDir: join(out, 'targets'),
      signal,
      onEvent: quiet ? () => undefined : progress.onEvent,
      baselineFor: (environment) => baselineFor(flags, plan, environment),
      lookCloser: `certstorm compare ${flags.baseline === undefined ? '' : `${flags.baseline} `}${shortPath(join(out, 'result.json'))} --all`,
    });
    progress.end();
    // The figures are on the screen before the disk has its chance to fail.
    if (flags.json === true) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else if (!quiet) process.stdout.write(renderTerminal(result, terminalStyle(process.stdout)));
    writeOutput(out, result);
    for (const line of keepBaselines(result, flags)) process.stderr.write(`${line}\n`);
    if (flags.json !== true && !quiet)
      process.stdout.write(`\nreport: ${shortPath(join(out, 'report.html'))}\n`);
    if (quiet && result.verdict.exitCode !== 0)
      process.stderr.write(`${result.verdict.reasons.join('\n')}\n`);
    process.exitCode = result.verdict.exitCode;
  } finally {
    progress.end();
    release();
  }
}

/** Below this folder as seen from here, elsewhere in full. */
function shortPath(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
