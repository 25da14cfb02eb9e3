import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { linearRegression } from 'simple-statistics';
import { openStorm } from '../src/storm/storm.ts';
import { readIdentities } from './storm/identities.ts';
import { bareSink, plainSink } from './storm/targets.ts';

/**
 * Whether the generator grows: one round of very many attempts against a bare sink, and meanwhile the generator's resident set and its
 * file descriptors. The figure is the slope of a line through the samples of the second half: in the first V8 compiles, and its heap and
 * that of malloc find their sizes. Exit code 1 when it is above 1 MB for 100,000 attempts, or descriptors grow.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    attempts: { type: 'string', default: '1000000' },
    concurrency: { type: 'string', default: '50' },
    driver: { type: 'string', default: 'wire' },
    /** `tls`, or `tcp` for MQTT on bare TCP (drivers `node` and `mqttjs`): the cheapest attempt that there is. */
    transport: { type: 'string', default: 'tls' },
  },
});
const wanted = { slopeMBPer100k: 1, descriptors: 5 };
const attempts = Number(flags.attempts);
const bare = flags.transport === 'tcp';

type Sample = { attempts: number; rssMB: number; heapMB: number; descriptors: number };

const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
let sink: ChildProcess | undefined;
try {
  const started = bare ? await plainSink(folder) : await bareSink(folder);
  sink = started.process;
  const { target } = started;
  const storm = await openStorm({
    workers: 1,
    serverCa: readFileSync(target.caFile, 'utf8'),
    keyShares: flags.driver === 'wire' ? 'pooled' : 'fresh',
    presentCertificates: !bare,
    cohorts: [
      { name: 'all', driver: flags.driver, identities: readIdentities(target.identities), password: null },
    ],
  });
  const concurrency = Number(flags.concurrency);
  const run = storm.run({
    address: { host: target.ip, port: target.port },
    serverName: target.serverName,
    transport: bare ? 'tcp' : 'tls',
    seed: 1,
    weights: [1],
    schedule: { model: 'constant-vus', vus: concurrency },
    durationMs: 7 * 24 * 3_600_000,
    maxInFlight: concurrency,
    attemptTimeoutMs: 10_000,
    gracefulStopMs: 5_000,
  });
  let failure: unknown;
  run.done.catch((error: unknown) => {
    failure = error;
  });
  const startedAt = performance.now();
  const samples: Sample[] = [];
  while (run.progress().finished < attempts && failure === undefined) {
    await delay(500);
    const { rss, heapUsed } = process.memoryUsage();
    samples.push({
      attempts: run.progress().finished,
      rssMB: rss / 1e6,
      heapMB: heapUsed / 1e6,
      descriptors: readdirSync('/proc/self/fd').length,
    });
  }
  const elapsedS = (performance.now() - startedAt) / 1000;
  run.stop();
  const { recording } = await run.done;
  await storm.close();
  const failed = recording.cohorts[0]?.outcomes.find(({ kind }) => kind !== 'accepted');
  if (failed !== undefined)
    throw new Error(`${failed.count} attempts ended as ${failed.kind} ${failed.detail}`);
  report(samples, recording.finished, elapsedS);
} finally {
  sink?.kill();
  rmSync(folder, { recursive: true, force: true });
}

function report(samples: readonly Sample[], finished: number, elapsedS: number): void {
  const settled = samples.filter((sample) => sample.attempts > finished / 2);
  const per100k = (value: (sample: Sample) => number): number =>
    linearRegression(settled.map((sample) => [sample.attempts, value(sample)])).m * 100_000;
  const found = {
    attempts: finished,
    attemptsPerSecond: finished / elapsedS,
    slopeMBPer100k: per100k(({ rssMB }) => rssMB),
    descriptorsPer100k: per100k(({ descriptors }) => descriptors),
    rssMB: {
      first: settled[0]?.rssMB,
      last: settled.at(-1)?.rssMB,
      most: Math.max(...settled.map(({ rssMB }) => rssMB)),
    },
  };
  const flat =
    found.slopeMBPer100k <= wanted.slopeMBPer100k && found.descriptorsPer100k <= wanted.descriptors;
  if (flags.json) process.stdout.write(`${JSON.stringify({ ...found, wanted, flat, samples }, null, 2)}\n`);
  else {
    process.stdout.write(
      `${finished} attempts in ${elapsedS.toFixed(0)} s: memory ${found.slopeMBPer100k.toFixed(2)} MB and ` +
        `${found.descriptorsPer100k.toFixed(1)} descriptors for 100,000; ${flat ? 'flat' : 'NOT flat'}\n`,
    );
  }
  process.exitCode = flat ? 0 : 1;
}
