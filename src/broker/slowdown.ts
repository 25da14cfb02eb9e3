import type { Server } from 'node:net';

/**
 * Makes the broker dearer by a share of what it costs by itself: at each new connection a busy-wait on the main thread burns that share
 * of the CPU that the process has spent since the last one, so that over many attempts each costs 10 % more at a share of 0.1. For trying
 * whether a gate finds a slowdown of known size; no other part of the broker knows of it.
 */
export function slowDown(server: Server, share: number): void {
  if (share === 0) return;
  let spentUs = processCpuUs();
  server.on('connection', () => {
    const owedUs = share * (processCpuUs() - spentUs);
    const startUs = threadCpuUs();
    // Counted in CPU and not in time: a busy-wait that is preempted has burnt nothing meanwhile.
    while (threadCpuUs() - startUs < owedUs);
    spentUs = processCpuUs();
  });
}

function processCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
