import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCorpus } from '../../src/pki/index.ts';
import { openStorm } from '../../src/storm/storm.ts';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';

/**
 * A generator and the server that it holds sessions at, each a process: `pair.ts ORDER`, told to go by a message, and ended by the end of
 * its channel. The server ends with it.
 */
export type PairOrder = {
  number: number;
  driver: string;
  against: 'sink' | 'bundled';
  sessions: number;
  rate: number;
  /** A folder of its own. */
  folder: string;
};

export type FromPair =
  | { kind: 'ready'; serverPid: number }
  | { kind: 'stands'; held: number; failed: number; missed: number; failures: Record<string, number> }
  | { kind: 'over'; why: string };

const order = JSON.parse(process.argv[2] ?? '') as PairOrder;
const tellEveryMs = 100;
const tell = (message: FromPair): void => void process.send?.(message);
process.once('disconnect', () => process.exit());
try {
  // Should memory run out in spite of who watches it, then of these and of nobody else's.
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Not Linux.
}

const corpus = await makeCorpus(
  {
    seed: order.number + 1,
    algorithm: 'ecdsa-p256',
    crlEntries: 0,
    // A few more than sessions: the last ones need not look for long for a client that is free.
    cohorts: [{ name: 'good', defect: 'none', identities: order.sessions + 100 }],
  },
  { cacheDir: join(order.folder, 'cache') },
);
const server = order.against === 'bundled' ? await startBundled() : await startSink();
const storm = await openStorm({
  workers: 1,
  serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
  cohorts: [
    {
      name: 'good',
      driver: order.driver,
      identities: corpus.cohorts[0]?.identities ?? [],
      password: null,
      session: { holdMs: Infinity, keepAliveMs: 3_600_000, publish: null, subscribe: [], ungraceful: 0 },
    },
  ],
});
process.once('message', () => void hold());
tell({ kind: 'ready', serverPid: server.pid });

async function hold(): Promise<void> {
  const run = storm.run({
    address: { host: '127.0.0.1', port: server.port },
    serverName: 'localhost',
    seed: order.number + 1,
    weights: [1],
    schedule: {
      model: 'thundering-herd',
      clients: order.sessions,
      spreadMs: (order.sessions / order.rate) * 1000,
    },
    durationMs: 24 * 3_600_000,
    // None is missed: where the machine is slower than the rate, they wait.
    maxInFlight: order.sessions,
    attemptTimeoutMs: 60_000,
    gracefulStopMs: 0,
  });
  const stands = setInterval(() => {
    const { finished, missedArrivals } = run.progress();
    const outcomes = Object.entries(run.cohorts()[0]?.outcomes ?? {});
    const failures = outcomes.filter(([kind, count]) => kind !== 'accepted' && count > 0);
    const failed = failures.reduce((sum, [, count]) => sum + count, 0);
    tell({
      kind: 'stands',
      held: finished - failed,
      failed,
      missed: missedArrivals,
      failures: Object.fromEntries(failures),
    });
  }, tellEveryMs);
  const { lostWorkers } = await run.done;
  clearInterval(stands);
  tell({ kind: 'over', why: lostWorkers.map(({ reason }) => `a storm worker ${reason}`).join(', ') });
}

async function startBundled(): Promise<{ port: number; pid: number }> {
  const { clientCaFile, serverCertFile, serverKeyFile, crlFile } = corpus;
  const files = { clientCaFile, serverCertFile, serverKeyFile, crlFile };
  const { address, pid } = await bundled.start({ ...plainOrder, ...files, workDir: order.folder });
  return { port: address.port, pid: pid ?? 0 };
}

async function startSink(): Promise<{ port: number; pid: number }> {
  const files = [corpus.serverCertFile, corpus.serverKeyFile, corpus.clientCaFile];
  const sink = fork(new URL('../storm/sink.ts', import.meta.url).pathname, files, { silent: true });
  const [port] = (await once(sink.stdout ?? sink, 'data')) as [Buffer];
  return { port: Number(port.toString()), pid: sink.pid ?? 0 };
}
