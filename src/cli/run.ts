import { join, relative } from 'node:path';
import { renderTerminal } from '../report/terminal.ts';
import { AttemptsFile } from '../run/attempts-file.ts';
import { conduct } from '../run/conduct.ts';
import { ownVersion } from '../run/environment.ts';
import { defaultOutput, prepareOutput, writeOutput } from '../run/output.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { type BaselineFlags, baselineFor, keepBaselines, prepareBaseline } from './baseline.ts';
import { cacheDir } from './cache-dir.ts';
import { RunFollower } from './live/follow-run.ts';
import { type LiveFlags, openOutlets } from './live/outlets.ts';
import { type OverrideFlags, overridesOf } from './overrides.ts';
import { progressOn } from './progress.ts';
import { checkFormats } from './report-formats.ts';
import { stopOnSignals } from './signals.ts';
import { terminalStyle } from './terminal-style.ts';

type RunFlags = OverrideFlags &
  BaselineFlags &
  LiveFlags & { out?: string; attempts?: true; format: string[]; json?: true; quiet?: true };

/** `certstorm run SCENARIO`: the whole way from a file to an exit code. */
export async function run(file: string, flags: RunFlags): Promise<void> {
  checkFormats(flags.format);
  const plan = await readScenario(file, vocabulary, overridesOf(flags));
  const out = prepareOutput(flags.out ?? defaultOutput(plan.name));
  prepareBaseline(flags);
  const attemptsFile = flags.attempts === true ? new AttemptsFile(out) : undefined;
  const follower = new RunFollower({ scenario: plan.name, seed: plan.seed, certstorm: ownVersion() });
  const progress = progressOn(process.stderr, follower);
  const outlets = await openOutlets(flags, () => follower.state, progress.note);
  const quiet = flags.quiet === true;
  const { signal, release } = stopOnSignals(() =>
    progress.note('stopping: what was measured is being written (again: stop at once)'),
  );
  try {
    const result = await conduct(plan, {
      cacheDir: cacheDir(),
      keepDir: join(out, 'targets'),
      signal,
      ...(attemptsFile && { attemptsFile }),
      onEvent: (event) => {
        if (quiet) follower.onEvent(event);
        else progress.onEvent(event);
        outlets.changed();
      },
      baselineFor: (environment) => baselineFor(flags, plan, environment),
      lookCloser: `certstorm compare ${flags.baseline === undefined ? '' : `${flags.baseline} `}${shortPath(join(out, 'result.json'))} --all`,
    });
    progress.end();
    // The figures are on the screen before the disk has its chance to fail.
    if (flags.json === true) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else if (!quiet) process.stdout.write(renderTerminal(result, terminalStyle(process.stdout)));
    writeOutput(out, result, flags.format);
    attemptsFile?.close();
    follower.end(result.verdict, shortPath(join(out, 'report.html')));
    for (const line of keepBaselines(result, flags)) process.stderr.write(`${line}\n`);
    if (flags.json !== true && !quiet)
      process.stdout.write(`\nreport: ${shortPath(join(out, 'report.html'))}\n`);
    if (quiet && result.verdict.exitCode !== 0)
      process.stderr.write(`${result.verdict.reasons.join('\n')}\n`);
    process.exitCode = result.verdict.exitCode;
  } finally {
    progress.end();
    await outlets.end();
    release();
  }
}

/** Below this folder as seen from here, elsewhere in full. */
function shortPath(path: string): string {
  const fromHere = relative('.', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
