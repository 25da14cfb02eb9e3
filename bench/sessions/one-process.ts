import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { availableBytes, kernelKB } from '../../src/run/capacity/memory.ts';
import { fileDescriptorLimit, reservedFiles } from '../../src/run/capacity/open-files.ts';
import { ephemeralPorts, portsIn } from '../../src/run/capacity/source-ports.ts';
import { hostsOfBlock } from '../../src/storm/source-address.ts';
import { fleetCorpus, fleetSink, holdingStorm } from './fleet.ts';

/**
 * What a held session costs the generator in memory: each driver, in a process of its own, connects clients to a bare sink and lets them
 * stay. The figure is how much the resident set grows from the hundredth session to the last one: what a generator weighs anyway is not
 * in it, the garbage of all those handshakes is. `one-process.ts DRIVER SESSIONS RATE` prints a Held.
 */
const [driver = 'node', sessionsAsked = '2000', rate = '200'] = process.argv.slice(2);
const sessions = Number(sessionsAsked);
const few = 100;

export type Held = { driver: string; sessions: number; kBPerSession: number; rssMiB: number; limit: Limit };

/** How many sessions one process on this machine could hold, and what there would be no more of. */
type Limit = { sessions: number; of: 'memory' | 'file descriptors' | 'ports' };

process.stdout.write(JSON.stringify(await hold()));

async function hold(): Promise<Held> {
  const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
  const corpus = await fleetCorpus(sessions, 1, folder);
  const { port, sink } = await fleetSink(corpus);
  try {
    const storm = await holdingStorm(corpus, driver);
    const run = storm.run({
      address: { host: '127.0.0.1', port },
      serverName: 'localhost',
      seed: 1,
      weights: [1],
      schedule: { model: 'constant-arrival-rate', rate: Number(rate) },
      durationMs: 3_600_000,
      maxInFlight: 1_000,
      attemptTimeoutMs: 30_000,
      gracefulStopMs: 0,
    });
    const rssAt = async (count: number): Promise<number> => {
      while (run.progress().finished < count) await delay(20);
      return process.memoryUsage().rss;
    };
    const base = await rssAt(few);
    const all = await rssAt(sessions);
    run.stop();
    const { recording } = await run.done;
    await storm.close();
    const held = recording.cohorts[0]?.sessions?.peak ?? 0;
    if (held < sessions) throw new Error(`${held} sessions were held, not ${sessions}`);
    const kBPerSession = (all - base) / (sessions - few) / 1000;
    return { driver, sessions: held, kBPerSession, rssMiB: all / 2 ** 20, limit: limitAt(kBPerSession) };
  } finally {
    sink.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function limitAt(kBPerSession: number): Limit {
  const files = fileDescriptorLimit();
  const ports = ephemeralPorts();
  const limits: Limit[] = [
    { of: 'memory', sessions: Math.floor(availableBytes() / 1000 / (kBPerSession + kernelKB)) },
    { of: 'file descriptors', sessions: files === undefined ? Infinity : files - reservedFiles },
    // Each worker and cohort has 254 source addresses on loopback, and each of those all ports.
    { of: 'ports', sessions: ports === undefined ? Infinity : portsIn(ports) * hostsOfBlock },
  ];
  return limits.reduce((least, limit) => (limit.sessions < least.sessions ? limit : least));
}
