import { writeFileSync } from 'node:fs';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import { fleetCorpus, fleetSink, holdingStorm } from './fleet.ts';

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

const corpus = await fleetCorpus(order.sessions, order.number + 1, order.folder);
const server = order.against === 'bundled' ? await startBundled() : await startSink();
const storm = await holdingStorm(corpus, order.driver);
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
  const { port, sink } = await fleetSink(corpus);
  return { port, pid: sink.pid ?? 0 };
}
