import type { RoundRecording } from '../storm/order.ts';
import type { TargetSnapshot } from '../targets/target.ts';

/** One round as it was measured, before anything is concluded from it. */
export type MeasuredRound = {
  /** Counts from 0 within the variant. */
  round: number;
  /** Place in the order of the whole run, from 0. */
  order: number;
  storm: RoundRecording;
  /** Snapshots of the target around the round; null where it was gone. */
  before: TargetSnapshot | null;
  after: TargetSnapshot | null;
  samples: TargetSample[];
  /** Why the round did not go its full length: the target died, or the run was stopped. */
  interruption: string | null;
  /** True when the interruption is the target's death. */
  targetDied: boolean;
};

/** The target while the round ran; `cpuMs` counts from the start of the round. */
export type TargetSample = { atMs: number; cpuMs: number; rssMiB: number };
