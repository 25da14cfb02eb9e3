import { bar } from '../../report/live/live-terminal.ts';
import type { RunEvent } from '../../run/events.ts';

/** What a run does at this moment, for the terminal. */
export function describeEvent(event: RunEvent): string {
  switch (event.kind) {
    case 'no-baseline':
      return `WARNING       ${event.reason}`;
    case 'near-a-limit':
      return `WARNING       ${event.warning}`;
    case 'corpus':
      return `certificates  ${bar(event.done / Math.max(1, event.total))} ${event.done} of ${event.total}  ${event.cohort}`;
    case 'corpus-ready':
      return [
        `corpus        ${event.identities} identities (${event.reused} from the cache) in ${seconds(event.ms)}`,
        ...event.warnings.map((warning) => `WARNING       ${warning}`),
      ].join('\n');
    case 'contexts':
      return `storm         builds ${event.identities} TLS contexts`;
    case 'target-ready':
      return `target        ${event.variant}: ${event.version} at ${event.address}`;
    case 'variant-failed':
      return `failed        ${event.variant}: ${event.reason}`;
    case 'keepsake-lost':
      return `WARNING       ${event.variant}: ${event.reason}`;
    case 'progress':
      return `round ${event.position + 1}/${event.of}     ${event.variant}`;
    case 'round-ended':
      return `round ${event.position + 1}/${event.of}     ${event.variant}: ${event.interruption ?? 'measured'}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
