import type { Server } from 'node:net';

/**
 * Makes the broker dearer by a share of what it costs by itself: at each new connection a busy-wait burns that share of the CPU that the
 * process has spent since the last one, so that over many attempts each costs 10 % more at a share of 0.1. For trying whether a gate
 * finds a slowdown of known size; no other part of the broker knows of it.
 */
export function slowDown(server: Server, share: number): void {
  if (share === 0) return;
  let spentUs = cpuUs();
  server.on('connection', () => {
    const startUs = cpuUs();
    const owedUs = share * (startUs - spentUs);
    // Counted in CPU and not in time: a busy-wait that is preempted has burnt nothing meanwhile. Of the process and not of the thread,
    // which Linux tells to a millisecond or two only.
    do spentUs = cpuUs();
    while (spentUs - startUs < owedUs);
  });
}

/** getrusage(2) of the process, as the broker's CPU is measured. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
