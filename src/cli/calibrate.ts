import { dirname } from 'node:path';
import { baselinePath, noisePath } from '../gate/baseline-file.ts';
import { compareSettings } from '../gate/compare-settings.ts';
import { baselineKey } from '../gate/fit.ts';
import { measuredNoise } from '../gate/measured-noise.ts';
import type { Noise } from '../gate/noise.ts';
import type { Result } from '../result/schema.ts';
import { writeFileAtomically } from '../result/write.ts';
import { conduct } from '../run/conduct.ts';
import { prepareOutput } from '../run/output.ts';
import { RunError } from '../run/run-error.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { cacheDir } from './cache-dir.ts';
import { type OverrideFlags, overridesOf } from './overrides.ts';
import { progressOn } from './progress.ts';
import { stopOnSignals } from './signals.ts';
import { UsageError } from './usage-error.ts';

export type CalibrateFlags = OverrideFlags & {
  scenario: string;
  baseline?: string;
  runs: number;
  json?: true;
};

/**
 * `certstorm calibrate`: the same scenario several times over, each time with targets started anew, to find out what this machine's runs
 * differ by when nothing has changed. Written beside the baseline, where `run --baseline` and `compare` find it.
 */
export async function calibrate(flags: CalibrateFlags): Promise<void> {
  if (flags.runs < 3)
    throw new UsageError(`--runs ${flags.runs} is too few: what runs differ by takes three at least`);
  const plan = await readScenario(flags.scenario, vocabulary, { ...overridesOf(flags), compared: true });
  if (flags.baseline !== undefined)
    prepareOutput(flags.baseline.endsWith('/') ? flags.baseline : dirname(flags.baseline));
  const progress = progressOn(process.stderr);
  const { signal, release } = stopOnSignals(() =>
    progress.note('stopping: a calibration that was cut short is not written'),
  );
  const results: Result[] = [];
  try {
    for (let run = 0; run < flags.runs; run += 1) {
      progress.note(`run ${run + 1} of ${flags.runs}`);
      results.push(await conduct(plan, { cacheDir: cacheDir(), signal, onEvent: progress.onEvent }));
      const last = results.at(-1);
      if (signal.aborted)
        throw new RunError('stopped', 'the calibration was stopped by a signal; nothing was written');
      if (last?.valid === false)
        throw new RunError(
          'not-valid',
          `run ${run + 1} of the calibration is not valid: ${last.invalidReasons[0] ?? ''}`,
        );
    }
  } finally {
    progress.end();
    release();
  }
  const [first] = results;
  if (first === undefined) throw new Error('there is a first run of several');
  const noise = measuredNoise(results, compareSettings(first));
  const file =
    flags.baseline === undefined ? undefined : noisePath(baselinePath(flags.baseline, baselineKey(first)));
  if (file !== undefined) writeFileAtomically(file, `${JSON.stringify(noise, null, 2)}\n`);
  process.stdout.write(flags.json === true ? `${JSON.stringify(noise, null, 2)}\n` : describe(noise));
  if (file !== undefined) process.stderr.write(`noise: ${file}\n`);
}

function describe({ variants, runs, rounds, reference }: Noise): string {
  const percent = (sd: number) => `${(100 * sd).toPrecision(2)} %`;
  const lines = variants.flatMap(({ name, metrics }) =>
    Object.entries(metrics).map(
      ([metric, { betweenRunsSd, roundSd }]) =>
        `  ${name}: ${metric} differs by ${percent(roundSd)} between rounds and by ${percent(betweenRunsSd)} between runs`,
    ),
  );
  const over = reference === null ? '' : `, over the reference variant ${reference}`;
  return `noise of ${runs} runs of ${rounds} rounds${over}\n${lines.join('\n')}\n`;
}
