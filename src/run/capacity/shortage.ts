import type { RunError } from '../run-error.ts';
import type { Demand } from './demand.ts';

/** What a machine has too little of for a variant. */
export type Shortage = {
  code: Extract<RunError['code'], 'file-descriptors' | 'ports' | 'memory'>;
  /** Whether it cannot be played at all; where it can, somebody should know how near that is. */
  certain: boolean;
  /** How many are asked for, how many fit, and what to do. */
  sentence: string;
};

/** From this share of what there is on, what is asked for may be too much. */
export const nearly = 0.8;

/** The end of a sentence: what to ask for instead. */
export function orLower({ field }: Demand, fits: number): string {
  return field === null
    ? ''
    : `, or lower ${field.name} to ${Math.max(0, Math.floor(fits * field.perSession))}`;
}
