import { readFileSync } from 'node:fs';
import type { VariantPlan } from '../../scenario/plan.ts';
import { hostsOfBlock, rotatesSources } from '../../storm/source-address.ts';
import type { Demand } from './demand.ts';
import { nearly, orLower, type Shortage } from './shortage.ts';

/** Ephemeral ports, first and last. */
export type PortRange = { first: number; last: number };

/** Wider than this is no range (1024 and below are not for everybody). */
const widest: PortRange = { first: 1024, last: 65_535 };

/** `net.ipv4.ip_local_port_range`; undefined where the system does not tell. */
export function ephemeralPorts(): PortRange | undefined {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1');
    const [first = 0, last = 0] = text.trim().split(/\s+/).map(Number);
    return { first, last };
  } catch {
    // Not Linux: EADDRNOTAVAIL is counted as it comes.
    return undefined;
  }
}

/**
 * A connection takes a port of its source address. To loopback, each worker and cohort has 254 addresses; to any other host there is the
 * one that the operating system picks.
 */
export function sourcePortsShort(
  { name, target }: Pick<VariantPlan, 'name' | 'target'>,
  demand: Demand,
  range: PortRange | undefined,
  workers: number,
): Shortage | undefined {
  if (range === undefined) return undefined;
  const rotates = rotatesSources(target.host) || target.host === 'localhost';
  const asked = rotates ? demand.sessionsOfCohort : demand.sessions;
  const addresses = rotates ? workers * hostsOfBlock : 1;
  const fits = addresses * portsIn(range);
  if (asked <= nearly * fits) return undefined;
  const certain = asked > fits;
  const one = addresses === 1 ? 'one source address has' : `${addresses} source addresses have`;
  return {
    code: 'ports',
    certain,
    sentence:
      `variant '${name}' holds ${asked} sessions${rotates ? ' of one cohort' : ` at ${target.host}`}, and ${one} ports for ${fits} ` +
      `(${addresses} × ${portsIn(range)} ephemeral ports, ${range.first}–${range.last})` +
      `${certain ? '' : ', less those in TIME_WAIT'}: ${mend(asked, addresses)}${orLower(demand, certain ? fits : nearly * fits)}`,
  };
}

function mend(asked: number, addresses: number): string {
  const most = addresses * portsIn(widest);
  const widen = `widen the range with \`sysctl -w net.ipv4.ip_local_port_range="${widest.first} ${widest.last}"\``;
  return asked <= nearly * most
    ? widen
    : `${widen}, which gives ${most}, and storm from ${Math.ceil(asked / (nearly * most))} machines`;
}

export function portsIn({ first, last }: PortRange): number {
  return Math.max(0, last - first + 1);
}
