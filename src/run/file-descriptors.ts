import { readFileSync } from 'node:fs';
import type { VariantPlan } from '../scenario/plan.ts';
import { RunError } from './run-error.ts';

/** Twice what was counted in /proc/PID/fd beside the sockets of the storm: 31 in a conductor with one worker, 31 in the bundled broker. */
const reserved = 64;

/**
 * The limit on open files of this process, or undefined where the system does not tell. Node raises the soft limit to the hard one when
 * it starts, so this is what `ulimit -Hn` says. Child processes inherit it.
 */
export function fileDescriptorLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line?.[1] === undefined || line[1] === 'unlimited' ? undefined : Number(line[1]);
  } catch {
    // No /proc: not Linux, and then the kernel's refusal (EMFILE) is counted as it comes.
    return undefined;
  }
}

/** Refuses a plan that this limit cannot carry, before anything is started: a starved generator measures itself. */
export function checkFileDescriptors(variants: readonly VariantPlan[], limit: number | undefined): void {
  if (limit === undefined) return;
  for (const { name, load, cohorts } of variants) {
    const users = Math.max(
      load.vus,
      load.clients ?? 0,
      ...load.stages.map((stage) => (load.model === 'ramping-vus' ? stage.target : 0)),
    );
    // An open model seldom comes near its maxInFlight; 64 is what a storm of some hundred a second has in flight when its target stalls a
    // little, and beside those it keeps its sessions. One that needs more and can't have it ends as invalid, by its local errors.
    const held = cohorts.reduce(
      (sum, cohort) => sum + (cohort.session === undefined ? 0 : cohort.identities),
      0,
    );
    const arrivals = (load.rate * load.durationMs) / 1000;
    const open = Math.min(load.maxInFlight, 64) + Math.min(held, load.stages.length > 0 ? held : arrivals);
    const needed = reserved + Math.ceil(users > 0 ? users : open);
    if (limit < needed) {
      throw new RunError(
        'file-descriptors',
        `variant '${name}' needs about ${needed} open files and this process may have ${limit}: ` +
          `raise the limit with \`ulimit -n ${Math.max(4096, 2 * needed)}\`` +
          (users > 0 ? `, or lower load.vus to ${Math.max(0, limit - reserved)}` : ''),
      );
    }
  }
}
