import { Socket } from 'node:net';
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { controlFd, encodeLine, lineSplitter } from '../channel/lines.ts';
import { readCollections } from './collections.ts';
import type { BrokerSnapshot } from './config.ts';
import type { ControlReply, ControlRequest } from './control.ts';
import { LedgerReader } from './ledger.ts';
import { type ControlThreadData, eventLoopDelayMs } from './measured-loop.ts';
import { ownMemoryReader } from './process-memory.ts';
import { RevocationFigures } from './revocation/figures.ts';

/**
 * Entry of the broker's side thread. It owns the control channel, so that a snapshot is answered while the main loop is busy, and so
 * that the process ends when the conductor is gone, whatever the main thread is doing.
 */
const { loopDelay, collections, ledger, figures }: ControlThreadData = workerData;
const main = parentPort;
if (main === null) throw new Error('the control thread is started by the broker, not by hand');

const reader = new LedgerReader(ledger);
const revocationFigures = new RevocationFigures(figures);
const readMemory = ownMemoryReader();
const channel = new Socket({ fd: controlFd, readable: true, writable: true });
const split = lineSplitter();

channel.on('data', (chunk) => {
  for (const line of split(chunk)) receive(JSON.parse(line));
});
channel.on('close', die);
// The conductor closed its end while an answer was on its way; 'close' follows.
channel.on('error', () => undefined);
main.on('message', send);

function receive(request: ControlRequest): void {
  if (request.verb === 'snapshot') send({ id: request.id, answer: snapshot() });
  else main?.postMessage(request);
}

function send(reply: ControlReply): void {
  if (channel.writable) channel.write(encodeLine(reply));
}

/** Nobody is left to stop the broker, and the main thread may be blocked: only a signal ends the process for sure. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function snapshot(): BrokerSnapshot {
  // In a worker too this is getrusage(RUSAGE_SELF): every thread of the process.
  const cpu = process.cpuUsage();
  const revocation = revocationFigures.read(Date.now());
  return {
    cpuUserMs: cpu.user / 1000,
    cpuSystemMs: cpu.system / 1000,
    ...readMemory(),
    eventLoopDelayMs: eventLoopDelayMs(loopDelay),
    collections: readCollections(collections),
    ...reader.read(),
    ...(revocation !== null && { revocation }),
  };
}
