import { readFileSync } from 'node:fs';
import type { KernelCounts } from '../result/schema.ts';

/**
 * TCP as the kernel counts it for the whole network namespace (proc_net(5)): whoever else connects on this machine is in it too, so these
 * counts can only be held against ours from below.
 */
type Counters = {
  activeOpens: number;
  passiveOpens: number;
  attemptFails: number;
  retransmits: number;
  synRetransmits: number;
  listenOverflows: number;
  listenDrops: number;
  timeWait: number;
};

/** Begins to watch; `end` tells what was counted since. Undefined where the system has no such files. */
export function watchKernel(): { end(): KernelCounts | undefined } {
  const before = readCounters();
  return {
    end() {
      const after = readCounters();
      if (before === undefined || after === undefined) return undefined;
      const since = (name: keyof Counters): number => after[name] - before[name];
      return {
        activeOpens: since('activeOpens'),
        passiveOpens: since('passiveOpens'),
        attemptFails: since('attemptFails'),
        retransmits: since('retransmits'),
        synRetransmits: since('synRetransmits'),
        listenOverflows: since('listenOverflows'),
        listenDrops: since('listenDrops'),
        timeWaitBefore: before.timeWait,
        timeWaitAfter: after.timeWait,
      };
    },
  };
}

/** Reasons why these counts say that a round is not what it should be: `connects` is how many of its attempts sent a SYN. Each is a sentence with what to do. */
export function auditKernel(kernel: KernelCounts, connects: number, place: string): string[] {
  const reasons: string[] = [];
  const { activeOpens, listenDrops, synRetransmits } = kernel;
  if (activeOpens < connects) {
    reasons.push(
      `${place}: the kernel counts ${activeOpens} connects, fewer than the ${connects} attempts that made one: one of the counts is wrong`,
    );
  }
  const most = Math.max(10, connects * lostShare);
  if (listenDrops > most) {
    reasons.push(
      `${place}: the kernel turned ${listenDrops} connects away before the broker saw them, for its queue was full, and their clients ` +
        'measured a timer of TCP: raise net.core.somaxconn, or lower load.rate',
    );
  }
  if (synRetransmits > most) {
    reasons.push(
      `${place}: ${synRetransmits} connects had to be asked for again, which is a second of waiting each that no broker spent: ` +
        'lower load.rate, or leave the machine to this run',
    );
  }
  return reasons;
}

/** Share of the attempts. */
const lostShare = 0.01;

function readCounters(): Counters | undefined {
  const tcp = namedRow('/proc/net/snmp', 'Tcp');
  const more = namedRow('/proc/net/netstat', 'TcpExt');
  const timeWait = /^TCP:.* tw (\d+)/m.exec(readOrEmpty('/proc/net/sockstat'))?.[1];
  if (tcp === undefined || more === undefined || timeWait === undefined) return undefined;
  return {
    activeOpens: tcp.get('ActiveOpens') ?? 0,
    passiveOpens: tcp.get('PassiveOpens') ?? 0,
    attemptFails: tcp.get('AttemptFails') ?? 0,
    retransmits: tcp.get('RetransSegs') ?? 0,
    synRetransmits: more.get('TCPSynRetrans') ?? 0,
    listenOverflows: more.get('ListenOverflows') ?? 0,
    listenDrops: more.get('ListenDrops') ?? 0,
    timeWait: Number(timeWait),
  };
}

/** A line of names, then a line of numbers, both after the same word. */
function namedRow(file: string, word: string): Map<string, number> | undefined {
  const [names, values] = readOrEmpty(file)
    .split('\n')
    .filter((line) => line.startsWith(`${word}:`))
    .map((line) => line.split(' ').slice(1));
  if (names === undefined || values === undefined) return undefined;
  return new Map(names.map((name, at) => [name, Number(values[at])]));
}

/** Other systems than Linux have none of these files. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
