import { spawn } from 'node:child_process';

/** Ends with this process, however that ends, and takes the process group with it; unless it was told that the group is gone. */
const script = 'read -r word; [ "$word" = gone ] || kill -s KILL -- "-$1" 2>/dev/null';

/**
 * Puts a shell beside a process group that outlives this process when this one is killed outright (kill -9): its standard input is a pipe
 * from here, and when that closes it kills the group. The function returned ends the guard, once the group is gone.
 */
export function guardGroup(pgid: number): () => void {
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pgid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C reaches the terminal's process group, and must not reach the guard.
    detached: true,
  });
  // Where it cannot be started, or is killed itself, the run's own ways of clearing up remain.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => guard.stdin.end('gone\n');
}
