import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { availableBytes } from '../../src/run/capacity/memory.ts';
import { fileDescriptorLimit, reservedFiles } from '../../src/run/capacity/open-files.ts';
import { RunningPair } from './running-pair.ts';

export type Climb = {
  driver: string;
  against: 'sink' | 'bundled';
  rate: number;
  first: number;
  upTo: number;
  keepFreeBytes: number;
  /** As many as the limit on open files lets one process have, where left out. */
  perProcess?: number;
};

/** How it stood with so many sessions held. `Bytes` a session; those of all memory with identities, processes and the kernel's part. */
export type Step = {
  held: number;
  pairs: number;
  elapsedMs: number;
  generatorBytes: number;
  serverBytes: number;
  allBytes: number;
  availableBytes: number;
};

export type Limit = {
  of: 'memory' | 'failed attempts' | 'a process' | 'what was asked for' | 'standstill' | 'a signal';
  sentence: string;
};

export type Found = Climb & { perProcess: number; openFiles: number | null; steps: Step[]; limit: Limit };

const pollMs = 100;
/** Beside what is held, attempts are in flight. */
const inFlight = 64;
/** Nothing more comes of attempts for so long: that is where it ends. */
const standstillMs = 90_000;
/** Below so many more, another pair of processes is not worth its own weight. */
const leastPair = 500;
/** What one session takes of all memory until it has been seen, bytes. */
const assumedBytes = 250_000;

/**
 * Goes up until this machine can hold no more sessions, in pairs of processes, a generator and its server, of which each holds as many
 * as it may have open files. It ends before memory does: `keepFreeBytes` stay available. Whatever happens, no process and no file is left.
 */
export async function findLimit(climb: Climb, onStep: (step: Step) => void): Promise<Found> {
  const openFiles = fileDescriptorLimit();
  const mostOfProcess = openFiles === undefined ? Infinity : openFiles - reservedFiles - inFlight;
  const perProcess = Math.min(climb.perProcess ?? Infinity, mostOfProcess, climb.upTo);
  const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
  const pairs: RunningPair[] = [];
  const steps: Step[] = [];
  const startedAt = performance.now();
  const availableAtStart = availableBytes();
  let signalled = false;
  const onSignal = () => {
    signalled = true;
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

  const heldNow = () => pairs.reduce((sum, { held }) => sum + held, 0);
  const perSession = () => Math.max(1, availableAtStart - availableBytes()) / Math.max(1, heldNow());

  const takeStep = (): void => {
    const grown = pairs.map((pair) => pair.growth());
    const sum = (pick: (growth: (typeof grown)[number]) => number) =>
      grown.reduce((total, growth) => total + pick(growth), 0);
    const sessions = Math.max(
      1,
      sum(({ sessions: count }) => count),
    );
    const step: Step = {
      held: heldNow(),
      pairs: pairs.length,
      elapsedMs: performance.now() - startedAt,
      generatorBytes: sum(({ generatorBytes }) => generatorBytes) / sessions,
      serverBytes: sum(({ serverBytes }) => serverBytes) / sessions,
      allBytes: perSession(),
      availableBytes: availableBytes(),
    };
    steps.push(step);
    onStep(step);
  };

  /** Until `done`, or until there is a limit. */
  const watch = async (done: () => boolean): Promise<Limit | undefined> => {
    let [most, since] = [heldNow(), performance.now()];
    let next = climb.first * 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, most + 1) / climb.first)));
    for (;;) {
      const limit = limitMet(pairs, climb.keepFreeBytes, signalled);
      if (limit !== undefined) return limit;
      if (heldNow() > most) [most, since] = [heldNow(), performance.now()];
      if (most >= next) {
        takeStep();
        next *= 2;
      }
      if (done()) return undefined;
      if (performance.now() - since > standstillMs)
        return { of: 'standstill', sentence: `for ${standstillMs / 1000} s no more than ${most} were held` };
      await delay(pollMs);
    }
  };

  const addPair = async (sessions: number): Promise<Limit | undefined> => {
    const own = join(folder, String(pairs.length));
    mkdirSync(own, { mode: 0o700 });
    const { driver, against, rate } = climb;
    const pair = new RunningPair({ number: pairs.length, driver, against, sessions, rate, folder: own });
    pairs.push(pair);
    const limit = await watch(() => pair.ready);
    if (limit !== undefined) return limit;
    pair.go();
    return watch(() => pair.full);
  };

  try {
    let limit: Limit | undefined;
    while (limit === undefined) {
      const wanted = Math.min(perProcess, climb.upTo - heldNow());
      const spare = availableBytes() - climb.keepFreeBytes;
      const fits = Math.floor(spare / (pairs.length === 0 ? assumedBytes : perSession()));
      if (wanted <= 0) limit = { of: 'what was asked for', sentence: `${climb.upTo} were asked for` };
      else if (fits < Math.min(wanted, leastPair)) limit = memoryLimit(climb.keepFreeBytes);
      else limit = await addPair(Math.min(wanted, fits));
    }
    if (steps.at(-1)?.held !== heldNow()) takeStep();
    return { ...climb, perProcess, openFiles: openFiles ?? null, steps, limit };
  } finally {
    await Promise.all(pairs.map((pair) => pair.end()));
    rmSync(folder, { recursive: true, force: true });
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function limitMet(
  pairs: readonly RunningPair[],
  keepFreeBytes: number,
  signalled: boolean,
): Limit | undefined {
  if (signalled) return { of: 'a signal', sentence: 'it was stopped by a signal' };
  if (availableBytes() < keepFreeBytes) return memoryLimit(keepFreeBytes);
  const over = pairs.find((pair) => pair.over !== undefined)?.over;
  if (over !== undefined) return { of: 'a process', sentence: over };
  const started = pairs.reduce((sum, { held, failed }) => sum + held + failed, 0);
  const failed = pairs.reduce((sum, pair) => sum + pair.failed, 0);
  if (failed <= Math.max(20, started / 100)) return undefined;
  const kinds = pairs.flatMap(({ failures }) => Object.entries(failures));
  const told = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return { of: 'failed attempts', sentence: `of ${started} attempts ${failed} failed (${told})` };
}

function memoryLimit(keepFreeBytes: number): Limit {
  const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
  return {
    of: 'memory',
    sentence: `${mb(availableBytes())} MB are available, and ${mb(keepFreeBytes)} are to stay free`,
  };
}
