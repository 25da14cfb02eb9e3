import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { latencyNames } from '../src/metrics/outcome.ts';
import { addRecordings, type LatencySummary, summarise } from '../src/metrics/summary.ts';
import { driverNames } from '../src/storm/drivers/index.ts';
import type { RoundRecording } from '../src/storm/order.ts';
import { openStorm } from '../src/storm/storm.ts';
import { targets } from '../src/targets/index.ts';
import { plainOrder } from '../src/targets/plain-order.ts';
import type { RunningTarget } from '../src/targets/target.ts';
import { readIdentities } from './storm/identities.ts';
import { type BenchTarget, benchCorpus, givenTarget, targetFlags } from './storm/targets.ts';

/**
 * Whether the drivers measure the same: each storms the same broker at the same rate, round by round in turn, and the percentiles of each
 * latency are held against those of `node`. The broker is that of --target (a kind that certstorm starts, `bundled` by default), or that of
 * --host, --port, --ca and --identities.
 *
 * A client's own work lies between the broker's messages, so a dearer client sees a longer handshake. What each driver's CPU for an attempt
 * differs by is measured in the same rounds: a difference in latency that is no larger is explained by it. So is one that is no larger than
 * that of `node` from itself in the round before.
 */
const { values: flags } = parseArgs({
  options: {
    ...targetFlags,
    target: { type: 'string', default: 'bundled' },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    'round-ms': { type: 'string', default: '1500' },
    /** Attempts a second: well below what broker and generator can do, so that nobody waits for anybody. */
    rate: { type: 'string', default: '100' },
    /** Until V8 has compiled the drivers there is nothing to compare: as fast as they go, for so long each. */
    'warmup-ms': { type: 'string', default: '3000' },
  },
});

const reference = 'node';
const percentiles = ['p50', 'p90', 'p99'] as const;
type Percentile = (typeof percentiles)[number];
type Percentiles = Record<Percentile, number>;

/** Within this the drivers measure the same. */
const tolerance = 0.02;

/** One percentile of one latency, of a driver beside `node`: medians over the pairs of rounds. */
type Agreement = {
  latency: string;
  percentile: Percentile;
  driver: string;
  ratio: number;
  differenceMs: number;
  /** What the drivers' CPU for an attempt differs by, in the same rounds. */
  cpuDifferenceMs: number;
  /** What rounds of `node` itself differ by from one to the next, as a ratio above 1: less can't be told apart. */
  noise: number;
  verdict: 'same' | 'explained by CPU' | 'within noise' | 'differs';
};

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
let broker: RunningTarget | undefined;
try {
  const target = (await givenTarget(flags)) ?? (await ownBroker(flags.target));
  report(await race(target));
} finally {
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function ownBroker(kind: string): Promise<BenchTarget> {
  const { corpus, identities } = await benchCorpus(folder);
  const workDir = join(folder, 'broker');
  mkdirSync(workDir, { mode: 0o700 });
  const found = targets.find((target) => target.kind === kind);
  if (found === undefined)
    throw new Error(`--target ${kind} is none of ${targets.map((each) => each.kind).join(', ')}`);
  broker = await found.start({
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

type Rounds = Map<string, RoundRecording[]>;

/** One storm with a cohort for each driver; a round gives all its weight to one of them. */
async function race(target: BenchTarget): Promise<Rounds> {
  const identities = readIdentities(target.identities);
  const storm = await openStorm({
    workers: 1,
    serverCa: readFileSync(target.caFile, 'utf8'),
    cohorts: driverNames.map((driver) => ({ name: driver, driver, identities, password: null })),
  });
  const play = async (driver: string, seed: number, warms = false): Promise<RoundRecording> => {
    await broker?.prepareRound();
    const round = await storm.run({
      address: { host: target.ip, port: target.port },
      serverName: target.serverName,
      seed,
      weights: driverNames.map((each) => (each === driver ? 1 : 0)),
      schedule: warms
        ? { model: 'constant-vus', vus: 20, thinkMs: 0 }
        : { model: 'constant-arrival-rate', rate: Number(flags.rate) },
      durationMs: Number(flags[warms ? 'warmup-ms' : 'round-ms']),
      maxInFlight: 1_000,
      attemptTimeoutMs: 5_000,
      gracefulStopMs: 5_000,
    }).done;
    const wrong = round.recording.cohorts
      .flatMap(({ outcomes }) => outcomes)
      .find(({ kind }) => kind !== 'accepted');
    if (wrong !== undefined)
      throw new Error(`${driver}: ${wrong.count} attempts ended as ${wrong.kind} ${wrong.detail}`);
    return round;
  };
  const rounds: Rounds = new Map(driverNames.map((driver) => [driver, []]));
  try {
    for (const driver of driverNames) await play(driver, 0, true);
    for (let round = 0; round < Number(flags.rounds); round++) {
      // Each driver follows each other one as often as may be.
      const turned = driverNames.map((_, at) => driverNames[(at + round) % driverNames.length] ?? reference);
      for (const driver of round % 2 === 0 ? turned : turned.reverse())
        rounds.get(driver)?.push(await play(driver, round + 1));
    }
  } finally {
    await storm.close();
  }
  return rounds;
}

function read(
  round: Pick<RoundRecording, 'recording'>,
  driver: string,
  latency: string,
): LatencySummary | undefined {
  const found = round.recording.cohorts[driverNames.indexOf(driver)]?.latency;
  const name = latencyNames.find((each) => each === latency);
  return name === undefined || found === undefined ? undefined : summarise(found[name]);
}

function cpuMs({ generator, recording }: RoundRecording): number {
  return (generator.cpuUserMs + generator.cpuSystemMs) / Math.max(1, recording.finished);
}

function agreements(rounds: Rounds): Agreement[] {
  const base = rounds.get(reference) ?? [];
  const others = driverNames.filter((driver) => driver !== reference);
  return latencyNames.flatMap((latency) =>
    others.flatMap((driver) =>
      percentiles.flatMap((percentile): Agreement[] => {
        const pairs = (rounds.get(driver) ?? []).flatMap((round, at) => {
          const beside = base[at];
          const mine = read(round, driver, latency)?.[percentile];
          const other = beside && read(beside, reference, latency)?.[percentile];
          if (beside === undefined || mine === undefined || other === undefined) return [];
          return [{ ratio: mine / other, ms: mine - other, cpuMs: cpuMs(round) - cpuMs(beside) }];
        });
        if (pairs.length === 0) return [];
        const ratio = median(pairs.map((pair) => pair.ratio));
        const differenceMs = median(pairs.map(({ ms }) => ms));
        const cpuDifferenceMs = median(pairs.map((pair) => pair.cpuMs));
        // A cheaper client cannot explain a longer latency, nor a dearer one a shorter.
        const explained =
          Math.sign(differenceMs) === Math.sign(cpuDifferenceMs) &&
          Math.abs(differenceMs) <= Math.abs(cpuDifferenceMs);
        const noise = noiseOf(base, latency, percentile);
        const verdict =
          Math.abs(ratio - 1) <= tolerance
            ? 'same'
            : explained
              ? 'explained by CPU'
              : Math.abs(Math.log(ratio)) <= Math.log(noise)
                ? 'within noise'
                : 'differs';
        return [{ latency, percentile, driver, ratio, differenceMs, cpuDifferenceMs, noise, verdict }];
      }),
    ),
  );
}

function noiseOf(base: readonly RoundRecording[], latency: string, percentile: Percentile): number {
  const values = base.flatMap((round) => read(round, reference, latency)?.[percentile] ?? []);
  const steps = values.slice(1).map((value, at) => Math.abs(Math.log(value / (values[at] ?? Number.NaN))));
  return steps.length === 0 ? 1 : Math.exp(median(steps));
}

function report(rounds: Rounds): void {
  const latencyMs: Record<string, Record<string, Percentiles>> = {};
  const drivers: Record<string, { attempts: number; cpuMsPerAttempt: number }> = {};
  for (const [driver, played] of rounds) {
    const all = { recording: addRecordings(played.map(({ recording }) => recording)) };
    drivers[driver] = { attempts: all.recording.finished, cpuMsPerAttempt: median(played.map(cpuMs)) };
    for (const latency of latencyNames) {
      const summary = read(all, driver, latency);
      if (summary === undefined) continue;
      const { p50, p90, p99 } = summary;
      latencyMs[latency] = { ...latencyMs[latency], [driver]: { p50, p90, p99 } };
    }
  }
  const agreement = agreements(rounds);
  const target = broker === undefined ? 'given' : flags.target;
  if (flags.json) {
    const told = { target, rate: Number(flags.rate), tolerance, drivers, latencyMs, agreement };
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  for (const [driver, { attempts, cpuMsPerAttempt }] of Object.entries(drivers))
    process.stdout.write(
      `${driver.padEnd(8)} ${cpuMsPerAttempt.toFixed(3)} ms of CPU, ${attempts} attempts\n`,
    );
  process.stdout.write(
    `\n${'ms'.padEnd(16)}${'driver'.padEnd(8)}${percentiles.map((each) => each.padStart(9)).join('')}\n`,
  );
  for (const [latency, byDriver] of Object.entries(latencyMs))
    for (const [driver, found] of Object.entries(byDriver)) {
      const cells = percentiles.map((each) => found[each].toFixed(3).padStart(9)).join('');
      const said = agreement
        .filter((each) => each.latency === latency && each.driver === driver)
        .map(({ percentile, ratio, verdict }) => `${percentile} × ${ratio.toFixed(3)} ${verdict}`);
      process.stdout.write(`${latency.padEnd(16)}${driver.padEnd(8)}${cells}   ${said.join(', ')}\n`);
    }
}
