import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * A full garbage collection of the calling thread. A TLS connection's memory lies outside of V8's heap, which therefore sees no reason to
 * collect for thousands of attempts: memory grows meanwhile, and the collection falls into whichever round is unlucky. Between rounds it
 * costs nobody anything, and each round starts from the same state. A worker thread cannot be started with `--expose-gc`; a context made
 * after the flag was set has it.
 *
 * The function tells what the collection cost, in milliseconds of the process's CPU: V8 collects in more threads than the calling one.
 */
export function garbageCollector(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    const before = process.cpuUsage();
    collect();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}
