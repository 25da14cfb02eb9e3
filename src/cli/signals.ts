import { exitCodes } from '../gate/exit-codes.ts';

/**
 * A terminal sends Ctrl-C to the whole process group, and `npm` forwards it to its child as well: the same key press arrives twice within
 * milliseconds. Signals closer together than this are one.
 */
const samePressMs = 250;

/**
 * The first signal aborts `signal`: the load stops and what was measured is written. The second ends the process at once, with exit
 * code 105; what is still up is taken down by the process's exit handlers. `release` gives the signals back to Node.
 */
export function stopOnSignals(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  let firstAt = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    const now = performance.now();
    if (!controller.signal.aborted) {
      firstAt = now;
      onFirst();
      controller.abort();
    } else if (now - firstAt > samePressMs) {
      process.exit(exitCodes.interrupted);
    }
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  // Started by the launcher: when that was killed outright, nobody waits for this run any more.
  process.on('disconnect', onSignal);
  // That listener alone is no reason to stay; where somebody else reads the channel (a test's worker), it is theirs to hold.
  if (process.listenerCount('message') === 0) process.channel?.unref();
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.removeListener(name, onSignal);
      process.removeListener('disconnect', onSignal);
    },
  };
}
