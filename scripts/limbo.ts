/**
 * `npm run limbo -- FILE`: presents the peer certificate of every x509-limbo case as a client's to the bundled broker and to Mosquitto,
 * both trusting the case's roots at the case's time, and holds each answer against what `openssl verify` says. `--pkits` takes NIST PKITS
 * in place of a file.
 *
 * Exit code 0 where every answer is as the command says or differs for a reason that is printed, 1 where one differs for none, 104 for a
 * mistake in the call, 105 when stopped.
 */
import { parseArgs } from 'node:util';
import { exitCodes } from '../src/gate/exit-codes.ts';
import { casesOf, readCases } from './limbo/cases.ts';
import { LimboError } from './limbo/limbo-error.ts';
import { pkitsCases } from './limbo/pkits.ts';
import { runLimbo } from './limbo/run.ts';
import { tableOf } from './limbo/table.ts';

const usage = 'npm run limbo -- FILE|--pkits [--json] [--no-mosquitto] [--no-faketime] [--openssl PROGRAM]';

// What runs, and the folder, are taken down by the exit handlers.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(exitCodes.interrupted));

try {
  const { file, json, ...order } = readArguments();
  const cases = file === null ? casesOf(pkitsCases()) : readCases(file);
  const report = await runLimbo(file ?? 'NIST PKITS', cases, order);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report));
  process.exitCode = report.counts.unexplained === 0 ? exitCodes.good : exitCodes.internalError;
} catch (error) {
  const known = error instanceof LimboError;
  process.stderr.write(`limbo: ${known ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = known && error.code === 'usage' ? exitCodes.badScenario : exitCodes.internalError;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'no-mosquitto': { type: 'boolean', default: false },
        'no-faketime': { type: 'boolean', default: false },
        openssl: { type: 'string' },
        pkits: { type: 'boolean', default: false },
      },
    });
    const [file, ...more] = positionals;
    if ((file === undefined) !== values.pkits || more.length > 0)
      throw new LimboError('usage', `it takes one file: ${usage}`);
    return {
      file: file ?? null,
      json: values.json,
      mosquitto: !values['no-mosquitto'],
      faketime: !values['no-faketime'],
      openssl: values.openssl ?? null,
    };
  } catch (error) {
    if (error instanceof LimboError) throw error;
    throw new LimboError('usage', `${error instanceof Error ? error.message : error}: ${usage}`);
  }
}
