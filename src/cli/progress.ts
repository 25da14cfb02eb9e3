import { liveLines, plainProgress } from '../report/live/live-terminal.ts';
import type { RunEvent } from '../run/events.ts';
import { describeEvent } from './live/describe-event.ts';
import { RunFollower } from './live/follow-run.ts';

/** Redraws a second at most; each costs the conductor's thread, never a storm worker. */
const redrawMs = 250;
/** Where nothing is redrawn, a line stands for so much silence. */
const lineMs = 10_000;

/** What is written to: a terminal, or anything else that takes text. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/**
 * Tells on `stream` how far a run is: drawn anew in place on a terminal, four times a second at most; elsewhere a line for each step, and one
 * for every ten seconds without. `follower` is fed with the run's events; `end` leaves the terminal clean.
 */
export function progressOn(
  stream: ProgressStream,
  follower: RunFollower = new RunFollower({ scenario: '', seed: 0, certstorm: '' }),
  now: () => number = () => performance.now(),
): {
  onEvent: (event: RunEvent) => void;
  note: (text: string) => void;
  end: () => void;
} {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  let drawnAt = Number.NEGATIVE_INFINITY;
  let saidAt: number | undefined;
  let drawn = 0;
  const up = () => (drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : '');
  const clear = () => {
    if (drawn > 0) stream.write(up());
    drawn = 0;
  };
  const note = (text: string) => {
    clear();
    stream.write(`${text}\n`);
    saidAt = now();
  };
  const draw = () => {
    if (now() - drawnAt < redrawMs) return;
    drawnAt = now();
    const width = Math.max(20, (stream.columns || 80) - 1);
    const lines = liveLines(follower.state, width).slice(0, Math.max(1, (stream.rows || 24) - 1));
    // In one piece, so that nothing flickers.
    stream.write(`${up()}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  return {
    onEvent: (event) => {
      follower.onEvent(event);
      if (event.kind !== 'progress' && event.kind !== 'corpus') note(describeEvent(event));
      else if (live) draw();
      else if (event.kind === 'progress') {
        saidAt ??= now();
        if (now() - saidAt >= lineMs) note(plainProgress(follower.state));
      }
    },
    note,
    end: clear,
  };
}
