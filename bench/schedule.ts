import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeHistogram } from '../src/metrics/encoding.ts';
import { summarise } from '../src/metrics/summary.ts';
import type { RoundRecording } from '../src/storm/order.ts';
import { openStorm, type Storm } from '../src/storm/storm.ts';
import { readIdentities } from './storm/identities.ts';
import { type BenchTarget, bareSink, givenTarget, targetFlags } from './storm/targets.ts';

/**
 * How late attempts start: what one storm worker can do at most is found out by virtual users, then arrivals come at 80 % of that, and the
 * actual start of each is held against its scheduled one. `--share` takes another part of the capacity.
 */
const { values: flags } = parseArgs({
  options: {
    ...targetFlags,
    json: { type: 'boolean', default: false },
    drivers: { type: 'string', default: 'node,wire' },
    share: { type: 'string', default: '0.8' },
    'round-ms': { type: 'string', default: '4000' },
  },
});
const wanted = { scheduleErrorP99Ms: 2 };

type Lateness = {
  driver: string;
  /** Attempts a second that one worker made when nothing held it back. */
  capacity: number;
  rate: number;
  scheduleErrorMs: { p50: number; p90: number; p99: number; p999: number; max: number };
  missedArrivals: number;
  eventLoopLagMs: RoundRecording['generator']['eventLoopLagMs'];
  collections: RoundRecording['generator']['collections'];
  /** Share of its core that the worker used. */
  busy: number;
  histogram: string;
};

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
let sink: ChildProcess | undefined;
try {
  let target = await givenTarget(flags);
  if (target === undefined) {
    const started = await bareSink(folder);
    sink = started.process;
    target = started.target;
  }
  const found: Lateness[] = [];
  for (const driver of flags.drivers.split(',')) found.push(await lateness(driver, target));
  if (flags.json) process.stdout.write(`${JSON.stringify({ wanted, drivers: found }, null, 2)}\n`);
  else for (const each of found) process.stdout.write(`${line(each)}\n`);
} finally {
  sink?.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function lateness(driver: string, target: BenchTarget): Promise<Lateness> {
  const storm = await openStorm({
    workers: 1,
    serverCa: readFileSync(target.caFile, 'utf8'),
    cohorts: [{ name: 'all', driver, identities: readIdentities(target.identities), password: null }],
  });
  try {
    const ms = Number(flags['round-ms']);
    const closed = { model: 'constant-vus', vus: 50, thinkMs: 0 } as const;
    await play(storm, target, closed, ms / 2);
    const most = await play(storm, target, closed, ms);
    const capacity = (most.recording.finished / most.elapsedMs) * 1000;
    const rate = capacity * Number(flags.share);
    const round = await play(storm, target, { model: 'constant-arrival-rate', rate }, ms);
    const { generator, recording, elapsedMs } = round;
    const summary = summarise(generator.scheduleError);
    if (summary === undefined) throw new Error('nothing started');
    const { p50, p90, p99, p999, max } = summary;
    return {
      driver,
      capacity,
      rate,
      scheduleErrorMs: { p50, p90, p99, p999, max },
      missedArrivals: recording.missedArrivals,
      eventLoopLagMs: generator.eventLoopLagMs,
      collections: generator.collections,
      busy: (generator.cpuUserMs + generator.cpuSystemMs) / elapsedMs,
      histogram: encodeHistogram(generator.scheduleError.histogram),
    };
  } finally {
    await storm.close();
  }
}

function play(
  storm: Storm,
  target: BenchTarget,
  schedule: Parameters<Storm['run']>[0]['schedule'],
  durationMs: number,
): Promise<RoundRecording> {
  return storm.run({
    address: { host: target.ip, port: target.port },
    serverName: target.serverName,
    seed: 1,
    weights: [1],
    schedule,
    durationMs,
    maxInFlight: 1_000,
    attemptTimeoutMs: 5_000,
    gracefulStopMs: 5_000,
  }).done;
}

function line({ driver, capacity, rate, scheduleErrorMs, busy, missedArrivals }: Lateness): string {
  const { p50, p90, p99, max } = scheduleErrorMs;
  const late = [p50, p90, p99, max].map((ms) => ms.toFixed(2)).join(', ');
  return (
    `${driver.padEnd(7)} ${rate.toFixed(0)} of ${capacity.toFixed(0)} attempts a second, ${Math.round(busy * 100)} % of a core: starts were late by ` +
    `${late} ms (p50, p90, p99, max; wanted: p99 at most ${wanted.scheduleErrorP99Ms}), ${missedArrivals} missed`
  );
}
