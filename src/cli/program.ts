import { Command, InvalidArgumentError, Option } from 'commander';
import { parseTolerance } from '../gate/compare-settings.ts';
import { ownVersion } from '../run/environment.ts';
import { parseDuration } from '../scenario/duration.ts';

/** The command line: every command with its flags, each handed to a file of its own, which is loaded when the command is called. */
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
    .action(async (...given: Parameters<typeof import('./init.ts').init>) =>
      (await import('./init.ts')).init(...given),
    );

  const overrides = (target: Command) =>
    target
      .option('--set <PATH=VALUE>', 'override a field, e.g. load.duration=5s; may be repeated', collect, [])
      .option('--seed <N>', 'seed of every draw', integer)
      .option(
        '--rounds <N>',
        'measured rounds of each variant, or auto: until every gated metric is decided',
        roundCount,
      )
      .option('--variant <NAME>', 'only this variant; may be repeated', collect, []);

  overrides(command('run').argument('<SCENARIO>', 'YAML or JSON file'))
    .description('make the certificates, storm the target, write results and reports')
    .option('--out <DIR>', 'folder for the results (default: reports/<scenario>-<time>)')
    .option('--attempts', 'write every attempt into attempts.csv as well')
    .option(
      '--format <NAME>',
      'write this report too, e.g. github, gitlab, tap or csv; may be repeated',
      collect,
      [],
    )
    .option(
      '--baseline <FILE>',
      'compare with this earlier result; a folder holds one for each machine and runtime',
    )
    .option('--save-baseline <FILE>', 'keep the result as a baseline, if it is fit to be one')
    .option(
      '--update-baseline',
      'the same with the file of --baseline, which then need not be there, if nothing regressed',
    )
    .option('--allow-other-machine', 'also with a baseline of another machine, converted by the calibration')
    .addOption(toleranceOption())
    .option('--budget <DURATION>', 'how long --rounds auto may go on, e.g. 5m', budget)
    .option('--live', 'serve the progress as a page on loopback, until the run ends')
    .option('--live-port <N>', 'its port; 0 lets the system choose', portNumber, 0)
    .option('--metrics-port <N>', 'serve /metrics to Prometheus on this loopback port meanwhile', portNumber)
    .option(
      '--otlp <URL>',
      'send metrics to this OpenTelemetry collector meanwhile, by OTLP over HTTP',
      collectorUrl,
    )
    .option('--json', 'print result.json to standard output instead of the table')
    .option('--quiet', 'no progress and no table, only what went wrong')
    .action(async (...given: Parameters<typeof import('./run.ts').run>) =>
      (await import('./run.ts')).run(...given),
    );

  overrides(command('validate').argument('<SCENARIO>', 'YAML or JSON file'))
    .description('check a scenario and say what it would run')
    .option('--json', 'print the resolved plan')
    .action(async (...given: Parameters<typeof import('./validate.ts').validate>) =>
      (await import('./validate.ts')).validate(...given),
    );

  command('compare')
    .argument(
      '<RESULT...>',
      'the baseline and one or several candidates: result.json files or folders of runs',
    )
    .description('hold results against a baseline; one alone is compared within itself, as its scenario asks')
    .addOption(toleranceOption())
    .option('--metric <NAME>', 'gate on this metric instead; may be repeated', collect, [])
    .option('--all', 'compare every metric that rounds have')
    .option('--allow-other-machine', 'also with a baseline of another machine, converted by the calibration')
    .option('--json', 'print the comparisons as JSON')
    .action(async (...given: Parameters<typeof import('./compare.ts').compare>) =>
      (await import('./compare.ts')).compare(...given),
    );

  overrides(command('calibrate'))
    .description('measure what runs of a scenario differ by on this machine when nothing changes')
    .requiredOption('--scenario <FILE>', 'YAML or JSON file')
    .option('--baseline <FILE>', 'the baseline that it is written beside, for run --baseline and compare')
    .option('--runs <N>', 'how often the scenario is run', integer, 5)
    .option('--json', 'print the noise as JSON')
    .action(async (...given: Parameters<typeof import('./calibrate.ts').calibrate>) =>
      (await import('./calibrate.ts')).calibrate(...given),
    );

  command('report')
    .argument('[RESULT...]', 'a result.json; several become one report')
    .description('make the reports of results again, serve one, or draw the history of many')
    .option('--format <NAME>', 'only this format; may be repeated', collect, [])
    .option('--out <DIR>', 'folder for the reports (default: beside the result)')
    .option('--serve', 'instead: serve the page on loopback, and reload it when the result changes')
    .option('--port <N>', 'port to serve on; 0 lets the system choose', portNumber, 0)
    .option('--history <DIR>', 'instead: metrics over all results below a folder, with change points')
    .action(async (...given: Parameters<typeof import('./report.ts').report>) =>
      (await import('./report.ts')).report(...given),
    );

  command('pki')
    .argument('[OUT]', 'an empty or new folder, or one that an interrupted call has left')
    .description('write a corpus as files for other tools')
    .option('--count <N>', 'identities of the one cohort', integer)
    .option('--algorithm <NAME>', 'key algorithm')
    .option('--ca-algorithm <NAME>', 'of the CAs (default: that of the clients)')
    .addOption(
      new Option('--keys <NAME>', 'a key for each, or a pool shared by all').choices(['fresh', 'pooled']),
    )
    .option('--seed <N>', 'seed of everything but keys and signatures', integer)
    .option('--scenario <FILE>', 'the corpus of this scenario instead, with all its cohorts')
    .option('--variant <NAME>', 'the variant of the scenario whose corpus is meant', collect, [])
    .option('--format <NAME>', 'pem (default), p12 or bundle')
    .addOption(
      new Option(
        '--for <BROKER>',
        'also the configuration of this broker, which certstorm does not start itself, for target.kind external',
      ).choices(['emqx']),
    )
    .option('--password <TEXT>', 'of PKCS #12 files (default: certstorm)')
    .option('--gc', 'instead: remove from the cache what no plan of the last 30 days used')
    .action(async (...given: Parameters<typeof import('./pki.ts').pki>) =>
      (await import('./pki.ts')).pki(...given),
    );

  command('schema')
    .argument('[WHAT]', 'scenario or result', 'scenario')
    .description('print the JSON Schema of scenario files or of result.json')
    .action(async (...given: Parameters<typeof import('./schema.ts').schema>) =>
      (await import('./schema.ts')).schema(...given),
    );

  const serve = command('serve').description('run a bundled part alone, until a signal');
  const part = (name: string) =>
    serve
      .command(name)
      .exitOverride()
      .option('--host <ADDRESS>', 'address to serve on', '127.0.0.1')
      .option('--port <N>', 'port to serve on; 0 lets the system choose', portNumber, 0);
  const service = (name: string) =>
    part(name)
      .option(
        '--fault <FAULT>',
        'fail on purpose, e.g. delay=200ms or drop=100@25%; may be repeated',
        collect,
        [],
      )
      .option('--scenario <FILE>', 'the CAs of this scenario, from the cache or made, in place of files')
      .option('--variant <NAME>', 'the variant of the scenario whose corpus is meant', collect, [])
      .option('--control-port <N>', 'loopback port for changing status and faults at run time', portNumber);

  service('ocsp')
    .description('an OCSP responder (RFC 6960, RFC 5019)')
    .option('--pki <DIR>', 'folder with ca.crt, index.txt, ocsp.crt, ocsp.key; may be repeated', collect, [])
    .option('--ca <FILE>', 'certificate of the CA that is answered for')
    .option('--index <FILE>', 'what it has issued and revoked: the index.txt of openssl ca')
    .option(
      '--responder-cert <FILE>',
      "certificate that signs: the CA's, or one it has issued for OCSP signing",
    )
    .option('--responder-key <FILE>', 'its private key')
    .addOption(
      new Option('--pre-signed', 'sign at the first asking and keep that (default)').conflicts([
        'ahead',
        'onRequest',
      ]),
    )
    .addOption(
      new Option('--ahead', 'sign all of the index before serving').conflicts(['preSigned', 'onRequest']),
    )
    .addOption(new Option('--on-request', 'sign every answer anew').conflicts(['preSigned', 'ahead']))
    .addOption(
      new Option('--nonce <WHAT>', 'repeat the nonce of a request, or pass over it')
        .choices(['echo', 'ignore'])
        .default('echo'),
    )
    .addOption(durationOption('--validity <DURATION>', 'from thisUpdate to nextUpdate', '1h'))
    .action(async (...given: Parameters<typeof import('./serve.ts').serveOcsp>) =>
      (await import('./serve.ts')).serveOcsp(...given),
    );

  service('crl')
    .description('a CRL distribution point (RFC 5280, RFC 2585)')
    .option('--pki <DIR>', 'folder with crl.pem')
    .option('--crl <FILE>', 'CRL in DER, or one or several in PEM; may be repeated', collect, [])
    .option('--issuer-key <FILE>', 'private key of their issuer, for revoking at run time')
    .addOption(durationOption('--max-age <DURATION>', 'how long a cache may keep a CRL', '5m'))
    .action(async (...given: Parameters<typeof import('./serve.ts').serveCrl>) =>
      (await import('./serve.ts')).serveCrl(...given),
    );

  service('auth')
    .description('the webservice that brokers ask at CONNECT, as of EMQX, RabbitMQ and mosquitto-go-auth')
    .option('--users <FILE>', 'lines of name:password; with --scenario its clients and their password')
    .action(async (...given: Parameters<typeof import('./serve.ts').serveAuth>) =>
      (await import('./serve.ts')).serveAuth(...given),
    );

  part('broker')
    .description('the bundled MQTT broker')
    .requiredOption('--pki <DIR>', 'folder with ca.crt, server.crt, server.key, crl.pem')
    .option('--revocation <NAME>', 'how it checks revocation', 'none')
    .option('--no-session-tickets', 'give out no session tickets')
    .action(async (...given: Parameters<typeof import('./serve.ts').serveBroker>) =>
      (await import('./serve.ts')).serveBroker(...given),
    );

  command('doctor')
    .description('say what this machine can carry: runtime, TLS stack, file descriptors, ports, cache')
    .option('--json', 'print the findings as JSON')
    .action(async (...given: Parameters<typeof import('./doctor.ts').doctor>) =>
      (await import('./doctor.ts')).doctor(...given),
    );

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

function roundCount(value: string): number | 'auto' {
  if (value === 'auto') return value;
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('it takes a whole number, or auto.');
  return number;
}

function budget(value: string): string {
  if (!((parseDuration(value) ?? 0) > 0)) throw new InvalidArgumentError('it takes a duration, such as 5m.');
  return value;
}

function collectorUrl(value: string): string {
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? ''))
    throw new InvalidArgumentError('it takes an address such as http://127.0.0.1:4318.');
  return value;
}

function portNumber(value: string): number {
  const port = integer(value);
  if (port > 65_535) throw new InvalidArgumentError('it takes a port, 0 to 65535.');
  return port;
}

function toleranceOption(): Option {
  return new Option('--tolerance <PERCENT>', 'smallest slowdown worth failing for, e.g. 5%').argParser(
    (value) => {
      const share = parseTolerance(value);
      if (share === undefined) throw new InvalidArgumentError('it takes a percentage above 0, such as 5%.');
      return share;
    },
  );
}

function durationOption(flags: string, description: string, standard: string): Option {
  const read = (value: string) => {
    const ms = parseDuration(value);
    if (ms === undefined || ms < 1000)
      throw new InvalidArgumentError('it takes a duration of a second or more, such as 90s or 1h.');
    return ms;
  };
  return new Option(flags, description).argParser(read).default(read(standard), standard);
}
