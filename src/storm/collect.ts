import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collections of the calling thread; each tells what it cost, in milliseconds of the process's CPU: V8 collects in more threads than one. */
export type Collector = {
  /** Everything. */
  all(): number;
  /** What is young: most of what a round leaves behind, with what was allocated for it outside of V8's heap. */
  young(): number;
};

/**
 * Collections between rounds, where they cost nobody anything, so that each round starts from the same state. A worker thread cannot be
 * started with `--expose-gc`; a context made after the flag was set has it.
 *
 * A full one has a price that comes later. The shapes of objects that live for one attempt (a reader, a cipher, a write request) die with the
 * last of them, and V8 throws the machine code away that was compiled for them ("embedded weak objects cleared"): the next second runs at
 * 1.15 times the CPU until it is compiled again (measured with bench:storm, on the wire driver).
 */
export function garbageCollector(): Collector {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  return { all: () => costOf(() => collect()), young: () => costOf(() => collect({ type: 'minor' })) };
}

function costOf(collect: () => void): number {
  const before = process.cpuUsage();
  collect();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
