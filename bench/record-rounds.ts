import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result, VariantResult } from '../src/result/schema.ts';
import { conduct } from '../src/run/conduct.ts';
import { vocabulary } from '../src/run/vocabulary.ts';
import { parseScenario } from '../src/scenario/read.ts';
import { type RecordedRound, type RecordingHeader, recordingsFolder } from './rounds/recording.ts';

/**
 * Records rounds of the bundled broker for `bench:gate`: three plain ones of the same kind, and others slowed down by a busy-wait of known
 * size, all interleaved. Run it on a quiet machine:
 *
 *     node bench/record-rounds.ts --name NAME --minutes 14
 *
 * Each session is a run of its own with its own broker processes; sessions follow one another until the time is up, and a file that is
 * cut short by Ctrl-C holds whole rounds all the same.
 */
const { values: flags } = parseArgs({
  options: {
    name: { type: 'string', default: 'recorded' },
    minutes: { type: 'string', default: '14' },
    rounds: { type: 'string', default: '24' },
    duration: { type: 'string', default: '1s' },
    warmup: { type: 'string', default: '300ms' },
    vus: { type: 'string', default: '16' },
    slowdowns: { type: 'string', default: '10%' },
  },
});

const slowdowns = flags.slowdowns.split(',').filter((text) => text !== '');
const plain = ['a', 'b', 'c'];
const load = `closed loop, ${flags.vus} clients, rounds of ${flags.duration} after ${flags.warmup}`;
const scenario = `name: recorded
rounds: ${flags.rounds}
corpus: { identities: 200 }
load: { model: constant-vus, vus: ${flags.vus}, duration: ${flags.duration}, warmup: ${flags.warmup} }
cohorts:
  - { name: good, expect: accept }
variants:
${plain.map((name) => `  - { name: ${name} }`).join('\n')}
${slowdowns.map((share) => `  - { name: slow-${Number.parseFloat(share)}, set: { broker.slowdown: ${share} } }`).join('\n')}
`;

const file = join(recordingsFolder, `${flags.name}.jsonl`);
const cacheDir = mkdtempSync(join(tmpdir(), 'certstorm-record-'));
process.on('exit', () => rmSync(cacheDir, { recursive: true, force: true }));
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());

const end = performance.now() + Number(flags.minutes) * 60_000;
let sessionMs = 0;
for (let session = 0; !abort.signal.aborted && performance.now() + sessionMs < end; session += 1) {
  const started = performance.now();
  const plan = { ...parseScenario(scenario, 'recorded.yaml', vocabulary), seed: session + 1 };
  const result = await conduct(plan, { cacheDir, signal: abort.signal, onEvent: () => undefined });
  if (session === 0) begin(result);
  const lines = result.variants
    .flatMap((variant) => linesOf(variant, session))
    .sort((a, b) => a.order - b.order);
  appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  sessionMs = performance.now() - started;
  process.stderr.write(
    `session ${session + 1}: ${lines.length} rounds in ${(sessionMs / 1000).toFixed(1)} s\n`,
  );
}
process.stdout.write(`${file}\n`);

function begin({ environment, startedAt, variants }: Result): void {
  const { cpu, cores, kernel, runtime, openssl } = environment;
  const share = ({ name }: VariantResult) =>
    [name, Number(/^slow-(.+)$/.exec(name)?.[1] ?? 0) / 100] as const;
  const header: RecordingHeader = {
    schema: 'certstorm/recorded-rounds@1',
    recordedAt: startedAt,
    machine: `${cpu}, ${cores} cores, ${kernel}`,
    runtime,
    openssl,
    load,
    slowdowns: Object.fromEntries(variants.map(share)),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(header)}\n`);
}

function linesOf({ name, rounds }: VariantResult, session: number): RecordedRound[] {
  return rounds.flatMap((round): RecordedRound[] => {
    const { cpuMsPerAttempt } = round.target;
    const latency = round.cohorts[0]?.latencyMs.authenticated;
    if (!round.complete || cpuMsPerAttempt === undefined || latency === undefined) return [];
    const { machine } = round;
    return [
      {
        session,
        round: round.index,
        order: round.order,
        variant: name,
        attempts: round.accounting.started,
        cpuMsPerAttempt: digits(cpuMsPerAttempt),
        p50: digits(latency.p50),
        p99: digits(latency.p99),
        p256Sign: digits(machine?.calibration.p256Sign ?? 0),
        stealShare: machine?.stealShare === undefined ? null : digits(machine.stealShare),
        otherCores: machine?.otherCores === undefined ? null : digits(machine.otherCores),
        noisy: (machine?.noisy?.length ?? 0) > 0,
      },
    ];
  });
}

function digits(value: number): number {
  return Number(value.toPrecision(6));
}
