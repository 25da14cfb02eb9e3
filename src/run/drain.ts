import { setTimeout as delay } from 'node:timers/promises';
import type { RunningTarget } from '../targets/target.ts';

/** How long the broker may take to come to its last verdicts after the clients have had theirs. */
const drainMs = 2_000;
/** How long a count must stand still for one that is complete. */
const stillMs = 200;

/**
 * Waits until the broker has come to a verdict on every connection, so that its count is complete. One that counts, and cannot tell how many
 * are pending, is waited for until its count stands still.
 */
export async function drain(target: RunningTarget): Promise<void> {
  const deadline = performance.now() + drainMs;
  let counted = -1;
  while (performance.now() < deadline) {
    const snapshot = await unlessDead(target.snapshot());
    if (snapshot === null) return;
    const { pending, tallies } = snapshot;
    const now = tallies?.reduce((sum, { count }) => sum + count, 0);
    if (pending === 0 || now === undefined || (pending === null && now === counted)) return;
    counted = pending === null ? now : -1;
    await delay(pending === null ? stillMs : 10);
  }
}

/** A target that died answers nothing any more; its death is told by `died`, not by every question asked of it. */
export async function unlessDead<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}
