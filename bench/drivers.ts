import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { latencyNames } from '../src/metrics/outcome.ts';
import type { Recording } from '../src/metrics/recording.ts';
import { addRecordings, type LatencySummary, summarise } from '../src/metrics/summary.ts';
import { openStorm } from '../src/storm/storm.ts';
import { bundled } from '../src/targets/bundled.ts';
import { plainOrder } from '../src/targets/plain-order.ts';
import type { RunningTarget } from '../src/targets/target.ts';
import { readIdentities } from './storm/identities.ts';
import { type BenchTarget, benchCorpus, givenTarget, targetFlags } from './storm/targets.ts';

/**
 * Whether the drivers measure the same: each storms the same broker at the same rate, round by round in turn, and the percentiles of each
 * latency are held against one another. The broker is the bundled one, or that of --host, --port, --ca and --identities.
 */
const { values: flags } = parseArgs({
  options: {
    ...targetFlags,
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    'round-ms': { type: 'string', default: '1500' },
    /** Attempts a second: well below what broker and generator can do, so that nobody waits for anybody. */
    rate: { type: 'string', default: '100' },
  },
});

const compared = ['node', 'wire'] as const;
type Compared = (typeof compared)[number];
const percentiles = ['p50', 'p90', 'p99'] as const;
type Percentiles = Record<(typeof percentiles)[number], number>;

type Comparison = {
  node: Percentiles | null;
  wire: Percentiles | null;
  /** wire / node: the median over the pairs of rounds; null where a driver does not see this. */
  ratio: Percentiles | null;
};

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
let broker: RunningTarget | undefined;
try {
  const target = (await givenTarget(flags)) ?? (await ownBroker());
  const rounds = await race(target);
  report(rounds);
} finally {
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function ownBroker(): Promise<BenchTarget> {
  const { corpus, identities } = await benchCorpus(folder);
  const workDir = join(folder, 'broker');
  mkdirSync(workDir, { mode: 0o700 });
  broker = await bundled.start({
    ...plainOrder,
    clientCaFile: corpus.clientCaFile,
    serverCertFile: corpus.serverCertFile,
    serverKeyFile: corpus.serverKeyFile,
    crlFile: corpus.crlFile,
    workDir,
  });
  const { address, serverName } = broker;
  return { ip: address.host, port: address.port, serverName, caFile: corpus.serverCaFile, identities };
}

/** One storm with a cohort for each driver; a round gives all its weight to one of them. */
async function race(target: BenchTarget): Promise<Record<Compared, Recording[]>> {
  const identities = readIdentities(target.identities);
  const storm = await openStorm({
    workers: 1,
    serverCa: readFileSync(target.caFile, 'utf8'),
    cohorts: compared.map((driver) => ({ name: driver, driver, identities, password: null })),
  });
  const play = async (driver: Compared, seed: number): Promise<Recording> => {
    await broker?.prepareRound();
    const { recording } = await storm.run({
      address: { host: target.ip, port: target.port },
      serverName: target.serverName,
      seed,
      weights: compared.map((each) => (each === driver ? 1 : 0)),
      schedule: { model: 'constant-arrival-rate', rate: Number(flags.rate) },
      durationMs: Number(flags['round-ms']),
      maxInFlight: 1_000,
      attemptTimeoutMs: 5_000,
      gracefulStopMs: 5_000,
    }).done;
    const wrong = recording.cohorts
      .flatMap(({ outcomes }) => outcomes)
      .find(({ kind }) => kind !== 'accepted');
    if (wrong !== undefined)
      throw new Error(`${driver}: ${wrong.count} attempts ended as ${wrong.kind} ${wrong.detail}`);
    return recording;
  };
  const rounds: Record<Compared, Recording[]> = { node: [], wire: [] };
  try {
    // Until V8 has compiled both drivers there is nothing to compare.
    for (const driver of compared) await play(driver, 0);
    for (let round = 0; round < Number(flags.rounds); round++) {
      const order = round % 2 === 0 ? compared : compared.toReversed();
      for (const driver of order) rounds[driver].push(await play(driver, round + 1));
    }
  } finally {
    await storm.close();
  }
  return rounds;
}

function report(rounds: Record<Compared, Recording[]>): void {
  const latencyMs: Record<string, Comparison> = {};
  for (const name of latencyNames) {
    const read = (recording: Recording, driver: Compared): LatencySummary | undefined => {
      const latency = recording.cohorts[compared.indexOf(driver)]?.latency[name];
      return latency && summarise(latency);
    };
    const all = (driver: Compared): Percentiles | null => {
      const summary = read(addRecordings(rounds[driver]), driver);
      return summary === undefined ? null : { p50: summary.p50, p90: summary.p90, p99: summary.p99 };
    };
    const [node, wire] = [all('node'), all('wire')];
    if (node === null && wire === null) continue;
    const ratioOf = (percentile: keyof Percentiles): number =>
      median(
        rounds.wire.map((recording, round) => {
          const other = rounds.node[round];
          const below = other && read(other, 'node');
          return (read(recording, 'wire')?.[percentile] ?? Number.NaN) / (below?.[percentile] ?? Number.NaN);
        }),
      );
    const ratio =
      node === null || wire === null
        ? null
        : { p50: ratioOf('p50'), p90: ratioOf('p90'), p99: ratioOf('p99') };
    latencyMs[name] = { node, wire, ratio };
  }
  const attempts = Object.fromEntries(
    compared.map((driver) => [driver, rounds[driver].reduce((sum, { finished }) => sum + finished, 0)]),
  );
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ rate: Number(flags.rate), attempts, latencyMs }, null, 2)}\n`);
    return;
  }
  const cells = (found: Percentiles | null): string =>
    percentiles.map((each) => (found === null ? '' : found[each].toFixed(3)).padStart(8)).join('');
  process.stdout.write(
    `${'ms'.padEnd(16)}${compared.map((driver) => `${driver} p50     p90     p99`.padStart(25)).join('')}`,
  );
  process.stdout.write(`${'wire/node p50     p90     p99'.padStart(31)}\n`);
  for (const [name, { node, wire, ratio }] of Object.entries(latencyMs))
    process.stdout.write(`${name.padEnd(16)} ${cells(node)} ${cells(wire)}       ${cells(ratio)}\n`);
}
