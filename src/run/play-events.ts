import type { EventPlan } from '../scenario/plan.ts';

/** An event as it was played; times are milliseconds from the start of the round. */
export type PlayedEvent = {
  plan: EventPlan;
  /** When it began. */
  atMs: number;
  /** When everyone whom it concerns had been told. */
  doneMs: number;
  /** How many certificates it revoked. */
  identities?: number;
};

type Played = { atMs: number; identities?: number };

export type EventPlay = {
  /** Plays no more. Resolves, when what is under way is done, with what was played, and with the error that ended the play. */
  end(): Promise<{ played: PlayedEvent[]; error: unknown }>;
};

/**
 * Plays events at their times, one after the other: one that is due while another is under way begins when that is done. `nowMs` is the
 * round's clock; `perform` does the thing and says when that was. The first error of `perform` ends the play.
 */
export function playEvents(
  events: readonly EventPlan[],
  nowMs: () => number,
  perform: (event: EventPlan) => Promise<Played>,
): EventPlay {
  const played: PlayedEvent[] = [];
  const waiting = [...events];
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  let over = false;
  let failure: unknown;

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      timer = setTimeout(resolve, Math.ceil(ms));
    });

  async function play(): Promise<void> {
    for (let plan = waiting.shift(); plan !== undefined && !over; plan = waiting.shift()) {
      // The round's clock may start after ours.
      for (let leftMs = plan.atMs - nowMs(); leftMs > 0 && !over; leftMs = plan.atMs - nowMs())
        await sleep(leftMs);
      if (over) return;
      const { atMs, ...more } = await perform(plan);
      played.push({ plan, atMs, doneMs: nowMs(), ...more });
    }
  }

  const playing = play().catch((error: unknown) => {
    failure = error;
  });
  return {
    async end() {
      over = true;
      clearTimeout(timer);
      wake?.();
      await playing;
      return { played, error: failure };
    },
  };
}
