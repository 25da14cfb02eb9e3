import { z } from 'zod';

/** A whole number from 0. */
export const count = z.int().min(0);
/** Milliseconds. */
export const ms = z.number();

export const latencySchema = z
  .looseObject({ count, min: ms, mean: ms, p50: ms, p90: ms, p99: ms, p999: ms, max: ms })
  .describe('Percentiles of one phase, milliseconds');
