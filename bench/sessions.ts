import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeCorpus } from '../src/pki/index.ts';
import { driverNames } from '../src/storm/drivers/index.ts';
import { openStorm } from '../src/storm/storm.ts';

/**
 * What a held session costs the generator in memory: each driver, in a process of its own, connects clients to a bare sink and lets them
 * stay. The figure is how much the resident set grows from the hundredth session to the last one: what a generator weighs anyway is not
 * in it, the garbage of all those handshakes is.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    sessions: { type: 'string', default: '2000' },
    /** Attempts a second. */
    rate: { type: 'string', default: '200' },
    /** Only these drivers, parted by commas. */
    only: { type: 'string', default: driverNames.join(',') },
    /** What the processes below are started with. */
    driver: { type: 'string' },
  },
});
const sessions = Number(flags.sessions);
const few = 100;
/** The kernel's own part of a connection, both ends on one machine: two sockets with their buffers, kB. */
const kernelKB = 10;

type Held = { driver: string; sessions: number; kBPerSession: number; rssMiB: number; limit: Limit };

/** How many sessions one process on this machine could hold, and what there would be no more of. */
type Limit = { sessions: number; of: 'memory' | 'file descriptors' | 'ports' };

if (flags.driver === undefined) await compare();
else process.stdout.write(JSON.stringify(await hold(flags.driver)));

async function compare(): Promise<void> {
  const found: Held[] = [];
  for (const name of flags.only.split(',')) {
    const child = fork(new URL(import.meta.url).pathname, [...process.argv.slice(2), '--driver', name], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`holding sessions with driver '${name}' failed`);
    found.push(JSON.parse(text) as Held);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    for (const { driver, kBPerSession, rssMiB, sessions: held, limit } of found)
      process.stdout.write(
        `${driver.padEnd(8)} ${kBPerSession.toFixed(1).padStart(6)} kB a session, ${rssMiB.toFixed(0)} MiB with ${held} held; ` +
          `this machine has ${limit.of} for ${limit.sessions}\n`,
      );
  }
}

async function hold(driver: string): Promise<Held> {
  const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
  const corpus = await makeCorpus(
    {
      seed: 1,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities: sessions + 100 }],
    },
    { cacheDir: join(folder, 'cache') },
  );
  const files = [corpus.serverCertFile, corpus.serverKeyFile, corpus.clientCaFile];
  const sink = fork(new URL('./storm/sink.ts', import.meta.url).pathname, files, { silent: true });
  try {
    const [port] = (await once(sink.stdout ?? sink, 'data')) as [Buffer];
    const storm = await openStorm({
      workers: 1,
      serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
      cohorts: [
        {
          name: 'good',
          driver,
          identities: corpus.cohorts[0]?.identities ?? [],
          password: null,
          session: { holdMs: Infinity, keepAliveMs: 3_600_000, publish: null, subscribe: [], ungraceful: 0 },
        },
      ],
    });
    const run = storm.run({
      address: { host: '127.0.0.1', port: Number(port.toString()) },
      serverName: 'localhost',
      seed: 1,
      weights: [1],
      schedule: { model: 'constant-arrival-rate', rate: Number(flags.rate) },
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
  const descriptors = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1');
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  const limits: Limit[] = [
    { of: 'memory', sessions: Math.floor(freemem() / 1000 / (kBPerSession + kernelKB)) },
    { of: 'file descriptors', sessions: descriptors === undefined ? Infinity : Number(descriptors) - 64 },
    // Each worker and cohort has 254 source addresses on loopback, and each of those all ports.
    { of: 'ports', sessions: (last - first + 1) * 254 },
  ];
  return limits.reduce((least, limit) => (limit.sessions < least.sessions ? limit : least));
}
