import type { RunEvent } from '../run/events.ts';

/** Redraws a second at most; each costs the conductor's thread, never a storm worker. */
const redrawMs = 250;

/**
 * Tells on `stream` how far a run is: one line, redrawn, on a terminal; a line for each step elsewhere. `end` leaves the terminal clean.
 */
export function progressOn(stream: NodeJS.WriteStream): {
  onEvent: (event: RunEvent) => void;
  note: (text: string) => void;
  end: () => void;
} {
  const live = stream.isTTY === true;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const clear = () => {
    if (drawn) stream.write('\r\u001b[2K');
    drawn = false;
  };
  const note = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = (text: string) => {
    const now = performance.now();
    if (!live || now - drawnAt < redrawMs) return;
    drawnAt = now;
    clear();
    stream.write(text.slice(0, Math.max(20, (stream.columns || 80) - 1)));
    drawn = true;
  };
  return {
    onEvent: (event) => {
      const text = describe(event);
      if (event.kind === 'progress' || event.kind === 'corpus') draw(text);
      else note(text);
    },
    note,
    end: clear,
  };
}

function describe(event: RunEvent): string {
  switch (event.kind) {
    case 'no-baseline':
      return `WARNING       ${event.reason}`;
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
    case 'progress': {
      const { elapsedMs, finished, inFlight, missedArrivals } = event.progress;
      const missed = missedArrivals > 0 ? `, ${missedArrivals} missed` : '';
      return (
        `round ${event.position + 1}/${event.of}     ${bar(elapsedMs / event.durationMs)} ${seconds(elapsedMs)} ` +
        `${finished} done, ${inFlight} in flight${missed}  ${event.variant}`
      );
    }
    case 'round-ended':
      return `round ${event.position + 1}/${event.of}     ${event.variant}: ${event.interruption ?? 'measured'}`;
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
