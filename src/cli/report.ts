import { dirname, join } from 'node:path';
import { formats } from '../report/index.ts';
import { readResult } from '../result/read.ts';
import { writeFileAtomically } from '../result/write.ts';
import { prepareOutput } from '../run/output.ts';
import { UsageError } from './usage-error.ts';

/** `certstorm report RESULT`: the reports of a result, also years later. */
export async function report(file: string, flags: { format: string[]; out?: string }): Promise<void> {
  const names = formats.map(({ format }) => format);
  const unknown = flags.format.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`there is no report format '${unknown}': it is one of ${names.join(', ')}`);
  const result = await readResult(file);
  const out = prepareOutput(flags.out ?? dirname(file));
  for (const { format, fileName, render } of formats) {
    if (flags.format.length === 0 ? fileName === 'result.json' : !flags.format.includes(format)) continue;
    const path = join(out, fileName);
    writeFileAtomically(path, render(result));
    process.stdout.write(`${path}\n`);
  }
}
