import { hostsOfBlock } from '../../storm/source-address.ts';
import type { MachineLimits } from './check-capacity.ts';
import { sessionBytes } from './memory.ts';
import { reservedFiles } from './open-files.ts';
import { nearly } from './shortage.ts';
import { portsIn } from './source-ports.ts';

export type MostSessions = { sessions: number; of: 'open files' | 'source ports' | 'memory' };

/**
 * How many sessions of one cohort a run could hold at the bundled broker on a machine with these limits, over TLS with `driver`, and what
 * there would be no more of.
 */
export function mostSessions(
  { openFiles, ports, availableBytes }: MachineLimits,
  workers: number,
  driver: string,
): MostSessions {
  const all: MostSessions[] = [
    { sessions: (nearly * availableBytes) / sessionBytes(driver, true), of: 'memory' },
    { sessions: openFiles === undefined ? Infinity : openFiles - reservedFiles, of: 'open files' },
    {
      sessions: ports === undefined ? Infinity : nearly * workers * hostsOfBlock * portsIn(ports),
      of: 'source ports',
    },
  ];
  const least = all.reduce((one, other) => (other.sessions < one.sessions ? other : one));
  return { ...least, sessions: Math.max(0, Math.floor(least.sessions)) };
}
