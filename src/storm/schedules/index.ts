import { StormError } from '../storm-error.ts';
import { constantArrivalRate } from './constant-arrival-rate.ts';
import { constantVus } from './constant-vus.ts';
import { poisson } from './poisson.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { rampingVus } from './ramping-vus.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import type { Schedule, ScheduleKind } from './schedule.ts';
import { thunderingHerd } from './thundering-herd.ts';
import { trace } from './trace.ts';

const schedules = [
  constantArrivalRate,
  rampingArrivalRate,
  poisson,
  thunderingHerd,
  trace,
  constantVus,
  rampingVus,
  reconnectStorm,
] as const;

/** What a round may be ordered to keep: the order of any registered kind. */
export type ScheduleOrder = Parameters<(typeof schedules)[number]['make']>[0];

export const scheduleModels: readonly string[] = schedules.map(({ model }) => model);

/** Throws StormError when the model is unknown or its numbers are none. */
export function makeSchedule(order: ScheduleOrder, durationMs: number): Schedule {
  // The order's `model` picks the kind that was declared with it, which is more than the type checker can follow.
  const kind = schedules.find(({ model }) => model === order.model) as
    | ScheduleKind<ScheduleOrder>
    | undefined;
  if (kind === undefined) {
    throw new StormError(
      'unknown-schedule',
      `load.model '${order.model}' is none of ${scheduleModels.join(', ')}`,
    );
  }
  try {
    return kind.make(order, durationMs);
  } catch (error) {
    if (error instanceof RangeError) throw new StormError('bad-order', `${order.model}: ${error.message}`);
    throw error;
  }
}
