import type { LiveRound } from './live-round.ts';

/** What a run tells while it goes on; for the terminal, never part of the result. */
export type RunEvent =
  | { kind: 'no-baseline'; reason: string }
  /** The plan asks for nearly all of something that the machine has. */
  | { kind: 'near-a-limit'; warning: string }
  | { kind: 'corpus'; done: number; total: number; cohort: string }
  | { kind: 'corpus-ready'; identities: number; reused: number; ms: number; warnings: readonly string[] }
  | { kind: 'contexts'; identities: number }
  | { kind: 'target-ready'; variant: string; version: string; address: string }
  | { kind: 'variant-failed'; variant: string; reason: string }
  /** A file of the target's that should be in the run's folder and is not. */
  | { kind: 'keepsake-lost'; variant: string; reason: string }
  | {
      kind: 'progress';
      variant: string;
      /** Of all rounds of the run, from 0. */
      position: number;
      of: number;
      durationMs: number;
      /** How long the run is thought to take yet. */
      leftMs: number;
      live: LiveRound;
    }
  | { kind: 'round-ended'; variant: string; position: number; of: number; interruption: string | null };
