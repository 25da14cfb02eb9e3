import type { Result } from '../result/schema.ts';
import { findRoundMetric } from './round-figures.ts';

/** How results are compared: what may differ, and what a difference does. Tolerances are shares: 0.05 for 5 %. */
export type CompareSettings = {
  /** Smallest slowdown worth failing for. */
  tolerance: number;
  /** Of single metrics, where it is another. */
  tolerances: Readonly<Record<string, number>>;
  /** Metrics that fail the run when they are slower. */
  gate: readonly string[];
  /** Metrics that are compared and told, and fail nothing. */
  also: readonly string[];
  /** The variant that stands for the machine, in comparisons with a stored baseline. */
  reference?: string;
};

export const defaultTolerance = 0.05;
/** What a broker spends on an attempt is what its users pay for, and by far the steadiest figure. */
export const defaultGate: readonly string[] = ['target.cpuMsPerAttempt'];
/** At most this many cohorts have their median compared unasked. */
const mostCohorts = 8;

/** What the scenario of a result says about comparing; where it says nothing, the defaults for its cohorts. */
export function compareSettings({ scenario, variants }: Result): CompareSettings {
  const said: unknown = Reflect.get(scenario, 'compare');
  const written = typeof said === 'object' && said !== null ? (said as Partial<CompareSettings>) : {};
  const gate = written.gate ?? defaultGate;
  const cohorts = new Map(
    variants.flatMap(({ cohorts }) => cohorts.map((cohort) => [cohort.name, cohort.expected])),
  );
  const medians = [...cohorts]
    .slice(0, mostCohorts)
    .map(([name, expected]) => `${name}.${expected === 'accept' ? 'authenticated' : 'rejected'}.p50`);
  const also = written.also ?? medians.filter((name) => findRoundMetric(name) !== undefined);
  return {
    tolerance: written.tolerance ?? defaultTolerance,
    tolerances: written.tolerances ?? {},
    gate,
    also: also.filter((name) => !gate.includes(name)),
    ...(written.reference === undefined ? {} : { reference: written.reference }),
  };
}

/** `5%` → 0.05; undefined for what is no percentage above 0 and up to 1000. */
export function parseTolerance(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*%\s*$/.exec(text);
  const share = match === null ? 0 : Number(match[1]) / 100;
  return share > 0 && share <= 10 ? share : undefined;
}
