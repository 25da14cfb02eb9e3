import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * A full garbage collection of the calling thread. A TLS connection's memory lies outside of V8's heap, which therefore sees no reason to
 * collect for thousands of attempts: memory grows meanwhile, and the collection falls into whichever round is unlucky. Between rounds it
 * costs nobody anything, and each round starts from the same state. A worker thread cannot be started with `--expose-gc`; a context made
 * after the flag was set has it.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
