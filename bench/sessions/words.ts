import { hostsOfBlock } from '../../src/storm/source-address.ts';
import type { Found, Step } from './find-limit.ts';

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

export function describeStep({ held, pairs, elapsedMs, ...bytes }: Step): string {
  const { generatorBytes, serverBytes, allBytes, availableBytes } = bytes;
  return (
    `${String(held).padStart(7)} held after ${(elapsedMs / 1000).toFixed(0)} s: a session takes ${kB(generatorBytes)} of the generator and ` +
    `${kB(serverBytes)} of the server, ${kB(allBytes)} of all memory with its identity and the kernel's part; ` +
    `${(availableBytes / 2 ** 20).toFixed(0)} MB are available (${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of processes)`
  );
}

export function describeFound({ limit, steps, openFiles, perProcess }: Found): string {
  const held = steps.at(-1)?.held ?? 0;
  const files = openFiles === null ? '' : `, which may have ${openFiles} open files`;
  return (
    `limit: ${limit.of}, at ${held} sessions from ${hostsOfBlock} source addresses: ${limit.sentence}\n` +
    `       a process${files}, was given ${perProcess} at most`
  );
}
