import { type Histogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { allocateCollections, watchCollections } from './collections.ts';
import type { BrokerSnapshot } from './config.ts';
import type { ControlReply, ControlRequest } from './control.ts';
import type { LedgerMemory } from './ledger.ts';
import type { FiguresMemory } from './revocation/figures.ts';

/** What the main thread counts in shared memory. */
export type SharedCounts = { ledger: LedgerMemory; figures: FiguresMemory };

/** What the control thread reads without asking the main loop: a live clone of the histogram, and what is counted. */
export type ControlThreadData = SharedCounts & { loopDelay: Histogram; collections: Float64Array };

/** How often the main loop is probed, milliseconds. Costs 0.5 % of a core when idle; a probe each millisecond would cost 2.5 %. */
const resolutionMs = 10;

/** The main event loop, watched by the control thread. */
export type MeasuredLoop = {
  /** Same state at the start of each round: garbage collected, no delay recorded yet. Only between rounds. */
  mark(): Promise<void>;
  reply(reply: ControlReply): void;
};

/** Starts the control thread; `onRequest` is called on the main thread for every request but `snapshot`. */
export function measureLoop(
  counts: SharedCounts,
  onRequest: (request: ControlRequest) => void,
): MeasuredLoop {
  // The clone stops when this one is collected: `mark` keeps it.
  const loopDelay = monitorEventLoopDelay({ resolution: resolutionMs });
  loopDelay.enable();
  const collections = allocateCollections();
  const forgetCollections = watchCollections(collections);
  const data: ControlThreadData = { loopDelay, collections, ...counts };
  const entry = new URL(
    import.meta.url.endsWith('.ts') ? './control-thread.ts' : './control-thread.js',
    import.meta.url,
  );
  const thread = new Worker(entry, { workerData: data });
  thread.on('message', onRequest);
  thread.on('error', (error) => {
    // Without its control channel the broker can be neither measured nor stopped.
    process.stderr.write(`the broker's control thread failed: ${error.stack ?? error.message}\n`);
    process.exit(1);
  });
  return {
    async mark() {
      collectGarbage();
      // What was due during the collection, and the collection itself, must be recorded before both are emptied, not after.
      await sleep(2 * resolutionMs);
      loopDelay.reset();
      forgetCollections();
    },
    reply: (reply) => thread.postMessage(reply),
  };
}

/** Node records the time between two probes; the delay is what exceeds the resolution. Nanoseconds to milliseconds. */
export function eventLoopDelayMs(histogram: Histogram): BrokerSnapshot['eventLoopDelayMs'] {
  const delayMs = (ns: number) => Math.max(0, ns / 1e6 - resolutionMs);
  // An empty histogram's minimum and maximum are placeholders.
  if (histogram.count === 0) return { p50: 0, p99: 0, max: 0 };
  return {
    p50: delayMs(histogram.percentile(50)),
    p99: delayMs(histogram.percentile(99)),
    max: delayMs(histogram.max),
  };
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('the broker needs node --expose-gc');
  globalThis.gc();
}
