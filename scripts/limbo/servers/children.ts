import type { ChildProcess } from 'node:child_process';
import { sweepClockOf } from '../clock.ts';

const alive = new Set<ChildProcess>();

/** Every process of this command is known here from its start to its end, so that none outlives it, whichever way it ends. */
export function own(child: ChildProcess): ChildProcess {
  alive.add(child);
  child.once('close', () => {
    alive.delete(child);
    if (child.pid !== undefined) sweepClockOf(child.pid);
  });
  return child;
}

process.on('exit', () => {
  for (const child of alive) {
    child.kill('SIGKILL');
    if (child.pid !== undefined) sweepClockOf(child.pid);
  }
});
