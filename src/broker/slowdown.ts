import type { Server, Socket } from 'node:net';

/** Turns of an empty loop between two looks at the clock, some microseconds: a look is a system call. */
const turnsBetweenLooks = 5_000;

/**
 * Makes the broker dearer by a share of what it costs by itself: whenever a connection opens or closes, a busy-wait burns that share of
 * the CPU that the process has spent on connections since the last one, so that over many attempts each costs 10 % more at a share of
 * 0.1. For trying whether a gate finds a slowdown of known size; no other part of the broker knows of it.
 */
export function slowDown(server: Server, share: number): void {
  if (share === 0) return;
  let spentUs = cpuUs();
  let open = 0;
  const burn = () => {
    const startUs = cpuUs();
    const owedUs = share * (startUs - spentUs);
    // Counted in CPU and not in time: a busy-wait that is preempted has burnt nothing meanwhile. Of the process and not of the thread,
    // which Linux tells to a millisecond or two only.
    for (spentUs = startUs; spentUs - startUs < owedUs; spentUs = cpuUs()) idleAbout();
  };
  server.on('connection', (socket: Socket) => {
    // What was spent while nobody was there, such as the collection before a round, is no attempt's cost.
    if (open === 0) spentUs = cpuUs();
    else burn();
    open += 1;
    socket.once('close', () => {
      open -= 1;
      burn();
    });
  });
}

function idleAbout(): void {
  for (let turn = 0; turn < turnsBetweenLooks; turn += 1);
}

/** getrusage(2) of the process, as the broker's CPU is measured. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
