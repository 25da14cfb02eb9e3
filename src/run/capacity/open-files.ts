import { readFileSync } from 'node:fs';
import type { VariantPlan } from '../../scenario/plan.ts';
import type { Demand } from './demand.ts';
import { orLower, type Shortage } from './shortage.ts';

/** Twice what was counted in /proc/PID/fd beside the sockets of the storm: 31 in a conductor with one worker, 31 in the bundled broker. */
export const reservedFiles = 64;

/**
 * The limit on open files of a process (this one by default), or undefined where the system does not tell. Node raises the soft limit to
 * the hard one when it starts, so of this process it is what `ulimit -Hn` says. Child processes inherit it.
 */
export function fileDescriptorLimit(pid: number | 'self' = 'self'): number | undefined {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'));
    return line?.[1] === undefined || line[1] === 'unlimited' ? undefined : Number(line[1]);
  } catch {
    // No /proc: not Linux, and then the kernel's refusal (EMFILE) is counted as it comes. Or another's process.
    return undefined;
  }
}

/**
 * All storm workers are threads of one process, and a connection is an open file of it and one of the broker; a broker that certstorm
 * starts has the same limit. `limitOf` tells that of an external broker's process.
 */
export function openFilesShort(
  { name, target }: Pick<VariantPlan, 'name' | 'target'>,
  demand: Demand,
  limit: number | undefined,
  limitOf: (pid: number) => number | undefined = fileDescriptorLimit,
): Shortage | undefined {
  const needed = reservedFiles + demand.connections;
  const wanted = Math.max(4096, 2 * needed);
  const what = demand.sessions === 0 ? 'needs' : `holds ${demand.sessions} sessions, and so needs`;
  const short = (of: string, files: number, raise: string): Shortage => {
    const fits = Math.max(0, (demand.sessions || demand.connections) - (needed - files));
    return {
      code: 'file-descriptors',
      certain: true,
      sentence:
        `variant '${name}' ${what} about ${needed} open files${of} may have ${files}, enough for ${fits}: ` +
        `raise the limit with \`${raise}\`${orLower(demand, fits)}`,
    };
  };
  if (limit !== undefined && limit < needed) {
    const both = target.kind === 'external' ? ' and this process' : ', and this process and the broker each';
    return short(both, limit, `ulimit -n ${wanted}`);
  }
  const pid = target.processId;
  const ofBroker = pid === undefined ? undefined : limitOf(pid);
  if (ofBroker === undefined || ofBroker >= needed) return undefined;
  return short(` of the broker, and its process ${pid}`, ofBroker, `prlimit --pid ${pid} --nofile=${wanted}`);
}
