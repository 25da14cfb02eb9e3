import { readFileSync } from 'node:fs';
import { contenders } from './contenders.ts';
import { readIdentities } from './identities.ts';
import type { BenchTarget } from './targets.ts';

/** A process that storms in one way: told how by its argument, told to run for so many milliseconds by its parent, answers with a lap. */
export type ContestantOrder = BenchTarget & { contender: string; concurrency: number };

/**
 * CPU of the whole process, all its threads, user and system. The forced collection behind the lap, which only the whole storm makes, is
 * told apart: it happens between rounds, when nothing is measured.
 */
export type Lap = {
  attempts: number;
  cpuMs: number;
  collectionCpuMs: number;
  /** Likewise told apart: what a round costs that has no attempts. */
  roundCpuMs: number;
  elapsedMs: number;
};

const order = JSON.parse(process.argv[2] ?? '{}') as ContestantOrder;
const contender = contenders.find(({ name }) => name === order.contender);
if (contender === undefined) throw new Error(`no contender '${order.contender}'`);
const identities = readIdentities(order.identities);
const contestant = await contender.open({
  ...order,
  serverCa: readFileSync(order.caFile, 'utf8'),
  identities,
  concurrency: Math.min(order.concurrency, identities.length),
});

process.on('message', async (ms: number) => {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { attempts, collectionCpuMs, roundCpuMs = 0 } = await contestant.run(ms);
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({
    attempts,
    cpuMs: (user + system) / 1000 - collectionCpuMs - roundCpuMs,
    collectionCpuMs,
    roundCpuMs,
    elapsedMs: performance.now() - start,
  } satisfies Lap);
});
process.on('disconnect', async () => {
  await contestant.close();
  process.exit();
});
process.send?.('ready');
