import { readFileSync } from 'node:fs';
import type { Recording } from '../metrics/recording.ts';
import type { KernelCounts } from '../result/schema.ts';
import { ephemeralPorts, portsIn } from './capacity/source-ports.ts';

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

/**
 * Begins to watch; `end` tells what was counted since, beside what the clients counted. Undefined where the system has no such files.
 */
export function watchKernel(): { end(recording: Recording): KernelCounts | undefined } {
  const before = readCounters();
  return {
    end(recording) {
      const after = readCounters();
      if (before === undefined || after === undefined) return undefined;
      const since = (name: keyof Counters): number => after[name] - before[name];
      const activeOpens = since('activeOpens');
      const { connects, unsure } = connectsOf(recording);
      const range = ephemeralPorts();
      return {
        activeOpens,
        passiveOpens: since('passiveOpens'),
        attemptFails: since('attemptFails'),
        retransmits: since('retransmits'),
        synRetransmits: since('synRetransmits'),
        listenOverflows: since('listenOverflows'),
        listenDrops: since('listenDrops'),
        timeWaitBefore: before.timeWait,
        timeWaitAfter: after.timeWait,
        connects,
        unsure,
        others: Math.max(0, activeOpens - connects - unsure),
        ...(range === undefined ? {} : { localPorts: portsIn(range) }),
      };
    },
  };
}

/** Attempts that surely sent a SYN (those with an outcome that takes a connection), and those of which it is not known. */
export function connectsOf({ cohorts, started }: Pick<Recording, 'cohorts' | 'started'>): {
  connects: number;
  unsure: number;
} {
  const connects = cohorts
    .flatMap((cohort) => cohort.outcomes)
    .filter(({ kind }) => kind !== 'local-error' && kind !== 'connect-failed')
    .reduce((sum, { count }) => sum + count, 0);
  return { connects, unsure: started - connects };
}

export type KernelWitness = {
  /** Connections that the broker counted from this run's addresses; undefined where it does not count. */
  brokerSaw: number | undefined;
  /** Whether attempts come from many addresses, so that none of them runs out of ports. */
  manySources: boolean;
};

/**
 * Reasons why these counts say that a round is not what it should be, a sentence each with what to do. Clients, broker and kernel count the
 * same connections: the kernel must have seen each that the clients made and each that the broker took; what it has seen beyond them is
 * somebody else's (`others`), which nobody can tell apart but in a network namespace of one's own (`npm run bench:counts`).
 */
export function auditKernel(
  kernel: KernelCounts,
  { brokerSaw, manySources }: KernelWitness,
  place: string,
): string[] {
  const reasons: string[] = [];
  const {
    activeOpens,
    passiveOpens,
    listenDrops,
    synRetransmits,
    timeWaitAfter,
    connects = 0,
    localPorts,
  } = kernel;
  if (activeOpens < connects) {
    reasons.push(
      `${place}: the kernel counts ${activeOpens} connects, fewer than the ${connects} attempts that made one: one of the counts is wrong`,
    );
  }
  if (brokerSaw !== undefined && passiveOpens < brokerSaw) {
    reasons.push(
      `${place}: the kernel counts ${passiveOpens} connections taken, fewer than the ${brokerSaw} that the broker saw: one of the counts is wrong`,
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
  if (!manySources && localPorts !== undefined && timeWaitAfter > localPorts * portShare) {
    reasons.push(
      `${place}: ${timeWaitAfter} sockets are in TIME_WAIT, and one source address has ${localPorts} ports, so attempts waited for a port ` +
        'or failed for want of one: lower load.rate, wait a minute between rounds, or widen net.ipv4.ip_local_port_range',
    );
  }
  return reasons;
}

/** Share of a source address's ports that may be taken by sockets in TIME_WAIT: beyond it the kernel looks for a free one ever longer. */
const portShare = 0.8;

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
