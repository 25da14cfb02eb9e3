import { Command, InvalidArgumentError } from 'commander';
import { ownVersion } from '../run/environment.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { pki } from './pki.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { validate } from './validate.ts';

/** The command line: every command with its flags, each handed to a file of its own. */
export function program(): Command {
  const certstorm = new Command('certstorm')
    .description('Load testing and benchmarking for mutual-TLS MQTT authentication')
    .version(ownVersion())
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });

  const command = (signature: string) =>
    certstorm.command(signature).exitOverride().showSuggestionAfterError();

  command('init')
    .argument('[FILE]', 'where to write it', 'scenario.yaml')
    .description('write a commented starter scenario')
    .action(init);

  const overrides = (target: Command) =>
    target
      .option('--set <PATH=VALUE>', 'override a field, e.g. load.duration=5s; may be repeated', collect, [])
      .option('--seed <N>', 'seed of every draw', integer)
      .option('--rounds <N>', 'measured rounds of each variant', integer)
      .option('--variant <NAME>', 'only this variant; may be repeated', collect, []);

  overrides(command('run').argument('<SCENARIO>', 'YAML or JSON file'))
    .description('make the certificates, storm the target, write results and reports')
    .option('--out <DIR>', 'folder for the results (default: reports/<scenario>-<time>)')
    .option('--json', 'print result.json to standard output instead of the table')
    .option('--quiet', 'no progress and no table, only what went wrong')
    .action(run);

  overrides(command('validate').argument('<SCENARIO>', 'YAML or JSON file'))
    .description('check a scenario and say what it would run')
    .option('--json', 'print the resolved plan')
    .action(validate);

  command('report')
    .argument('<RESULT>', 'a result.json')
    .description('make the reports of a result again')
    .option('--format <NAME>', 'only this format; may be repeated', collect, [])
    .option('--out <DIR>', 'folder for the reports (default: beside the result)')
    .action(report);

  command('pki')
    .argument('<OUT>', 'an empty or new folder')
    .description('write a corpus as PEM files for other tools')
    .option('--count <N>', 'identities of the one cohort', integer)
    .option('--algorithm <NAME>', 'key algorithm')
    .option('--seed <N>', 'seed of everything but keys and signatures', integer)
    .option('--scenario <FILE>', 'the corpus of this scenario instead, with all its cohorts')
    .option('--variant <NAME>', 'the variant of the scenario whose corpus is meant', collect, [])
    .action(pki);

  command('schema')
    .argument('[WHAT]', 'scenario or result', 'scenario')
    .description('print the JSON Schema of scenario files or of result.json')
    .action(schema);

  command('doctor')
    .description('say what this machine can carry: runtime, TLS stack, file descriptors, ports, cache')
    .option('--json', 'print the findings as JSON')
    .action(doctor);

  certstorm.action((_options: unknown, self: Command) => {
    const [unknown] = self.args;
    if (unknown === undefined) self.help();
    else
      self.error(
        `error: unknown command '${unknown}'; the commands are ${certstorm.commands.map((each) => each.name()).join(', ')}`,
      );
  });
  certstorm.allowExcessArguments();
  return certstorm;
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

function integer(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('it takes a whole number, 0 or more.');
  return number;
}
