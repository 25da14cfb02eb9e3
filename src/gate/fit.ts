import { isDeepStrictEqual } from 'node:util';
import { geometricMean, sampleStandardDeviation } from 'simple-statistics';
import type { Environment, Result, VariantResult } from '../result/schema.ts';
import type { RunNoise } from '../stats/index.ts';

/** Fewer rounds have no spread that an interval could be made of. */
export const fewestRounds = 3;

/** Why two results can't be compared. `environment` is what `--allow-other-machine` puts up with. */
export type Misfit = { about: 'environment' | 'scenario' | 'measurement'; reason: string };

export type BaselineKey = { scenario: string; machine: string; runtime: string };

/** A baseline holds for one scenario, on one class of machine, with one runtime and TLS stack. */
export function baselineKey({
  scenario,
  environment,
}: {
  scenario: { name: string };
  environment: Environment;
}): BaselineKey {
  return { scenario: scenario.name, machine: machineClass(environment), runtime: runtimeOf(environment) };
}

/** Machines that can stand in for one another: the same processor, as many cores, the same system. */
export function machineClass({ cpu, cores, platform }: Environment): string {
  return `${cpu}, ${cores} cores, ${platform}`;
}

export function runtimeOf({ runtime, openssl }: Environment): string {
  return `${runtime}, OpenSSL ${openssl}`;
}

/** Everything that stands against comparing; empty when the two fit. */
export function misfits(baseline: Result, candidate: Result): Misfit[] {
  return [
    ...measurementMisfits(baseline),
    ...scenarioMisfits(baseline, candidate),
    ...environmentMisfits(baseline, candidate),
  ];
}

function measurementMisfits(baseline: Result): Misfit[] {
  const most = Math.max(0, ...baseline.variants.map(wholeRounds));
  const reasons: string[] = [];
  if (most === 0) reasons.push('it has no round that ran to its end');
  else if (most < fewestRounds)
    reasons.push(
      `it has ${most === 1 ? 'one round' : `${most} rounds`}, and an interval takes ${fewestRounds} at least: measure it again with --rounds 20`,
    );
  if (!baseline.valid)
    reasons.push(`its own measurement is not valid: ${baseline.invalidReasons[0] ?? 'it gives no reason'}`);
  return reasons.map((reason) => ({ about: 'measurement', reason }));
}

export function wholeRounds({ rounds }: VariantResult): number {
  return rounds.filter(({ complete }) => complete).length;
}

/** The load, the clients and the certificates must be the same; the target is what may have changed. */
function scenarioMisfits(baseline: Result, candidate: Result): Misfit[] {
  const [before, after] = [baseline.scenario.name, candidate.scenario.name];
  if (before !== after)
    return [
      { about: 'scenario', reason: `it is of scenario '${before}', and the candidate is of '${after}'` },
    ];
  const pairs = matchVariants(baseline, candidate);
  if (pairs.length === 0) {
    const names = (result: Result) => result.variants.map(({ name }) => name).join(', ');
    return [
      {
        about: 'scenario',
        reason: `it has no variant in common with the candidate (${names(baseline)} there, ${names(candidate)} here)`,
      },
    ];
  }
  return pairs.flatMap(([one, other]) => {
    const [plan, newPlan] = [planOf(baseline, one.name), planOf(candidate, other.name)];
    const changed = ['load', 'cohorts', 'corpus'].flatMap((part) =>
      firstDifference(Reflect.get(plan, part), Reflect.get(newPlan, part), part),
    );
    return changed.slice(0, 1).map(
      ({ path, values }): Misfit => ({
        about: 'scenario',
        reason: `${path} of variant '${other.name}' was ${show(values[0])} and is ${show(values[1])} now, so the two measured different things`,
      }),
    );
  });
}

/** Variants of both by their names; where each result has just one, these, whatever they are called. */
export function matchVariants(baseline: Result, candidate: Result): [VariantResult, VariantResult][] {
  const pairs = candidate.variants.flatMap((variant): [VariantResult, VariantResult][] => {
    const before = baseline.variants.find(({ name }) => name === variant.name);
    return before === undefined ? [] : [[before, variant]];
  });
  const [one, other] = [baseline.variants[0], candidate.variants[0]];
  const single = baseline.variants.length === 1 && candidate.variants.length === 1;
  return pairs.length === 0 && single && one !== undefined && other !== undefined ? [[one, other]] : pairs;
}

function environmentMisfits(baseline: Result, candidate: Result): Misfit[] {
  const [before, after] = [baselineKey(baseline), baselineKey(candidate)];
  const reasons: string[] = [];
  if (before.machine !== after.machine)
    reasons.push(`it was measured on another class of machine (${before.machine}; here ${after.machine})`);
  if (before.runtime !== after.runtime)
    reasons.push(`it was measured with another runtime (${before.runtime}; here ${after.runtime})`);
  return reasons.map((reason) => ({ about: 'environment', reason }));
}

/** The parts of the calibration that a handshake is made of. */
const handshakeParts = ['p256Sign', 'p256Verify', 'x25519', 'sha256Of16kB', 'loopbackRoundTrip'] as const;

/**
 * What times of the baseline's machine must be multiplied by to be times of the candidate's, going by the calibration of both; the parts
 * disagree, and by how much is the noise of it. Null where the two have less than two parts in common.
 */
export function machineFactor(
  baseline: Environment,
  candidate: Environment,
): { factor: number; noise: RunNoise } | null {
  const ratios = handshakeParts.flatMap((part) => {
    const ratio = (candidate.calibration[part] ?? 0) / (baseline.calibration[part] ?? 0);
    return Number.isFinite(ratio) && ratio > 0 ? [ratio] : [];
  });
  if (ratios.length < 2) return null;
  const sd = sampleStandardDeviation(ratios.map(Math.log));
  return { factor: geometricMean(ratios), noise: { sd: sd / Math.SQRT2, degrees: ratios.length - 1 } };
}

function planOf({ scenario }: Result, variant: string): object {
  const variants: unknown = Reflect.get(scenario, 'variants');
  const plans = Array.isArray(variants) ? variants : [];
  return plans.find((plan) => plan?.name === variant) ?? {};
}

type Difference = { path: string; values: [unknown, unknown] };

function firstDifference(one: unknown, other: unknown, path: string): Difference[] {
  if (isDeepStrictEqual(one, other)) return [];
  if (isMap(one) && isMap(other)) {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const found = firstDifference(
        one[key],
        other[key],
        Array.isArray(one) ? `${path}[${key}]` : `${path}.${key}`,
      );
      if (found.length > 0) return found;
    }
  }
  return [{ path, values: [one, other] }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value).slice(0, 60);
}
