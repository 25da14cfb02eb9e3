import type { KernelCounts, Limit } from '../result/schema.ts';
import type { ServiceSnapshot } from '../services/index.ts';
import type { RoundRecording } from '../storm/order.ts';
import type { CpuReading } from '../targets/cpu-reading.ts';
import type { AskedSnapshot, TargetSnapshot } from '../targets/target.ts';
import type { MachineReading } from './machine.ts';
import type { PlayedEvent } from './play-events.ts';

/** One round as it was measured, before anything is concluded from it. */
export type MeasuredRound = {
  /** Counts from 0 within the variant. */
  round: number;
  /** Place in the order of the whole run, from 0. */
  order: number;
  storm: RoundRecording;
  /** Snapshots of the target around the round; null where it was gone. */
  before: MeasuredTarget | null;
  after: MeasuredTarget | null;
  samples: TargetSample[];
  machine: MachineReading;
  /** What the target asks, around the round; by kind. */
  services: { before: MeasuredService[]; after: MeasuredService[] };
  /** TCP as the kernel counted it; undefined where it does not tell. */
  kernel: KernelCounts | undefined;
  events: PlayedEvent[];
  /** What the search for the highest rate found, where there was one: the round was then played at that rate. */
  limit?: Limit;
  /** What went wrong beside the storm, a sentence each: a service that died, an event that could not be played. */
  troubles: string[];
  /** Why the round did not go its full length: the target died, or the run was stopped. */
  interruption: string | null;
  /** True when the interruption is the target's death. */
  targetDied: boolean;
  /** True when it let clients wait in vain, and answers nobody after the round. */
  targetHung?: boolean;
};

/** The target while the round ran; `cpuMs` counts from the start of the round. */
export type TargetSample = { atMs: number; cpuMs: number; rssMiB: number };

/** A service that this run has started, or a server that the target asks besides. */
export type MeasuredService = (ServiceSnapshot & { cpu?: CpuReading | null }) | AskedSnapshot;

/** A snapshot with the target's CPU by two sources, where there are two. */
export type MeasuredTarget = TargetSnapshot & { cpu?: CpuReading | null };
