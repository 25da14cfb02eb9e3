import type { Result, VariantResult } from '../../result/index.ts';
import { type Crossover, crossover } from '../../stats/index.ts';
import { differingLabels, labelOf, shortName } from './labels.ts';
import { byRound, servicesCpu } from './rounds.ts';

/** What one method costs the broker at one number of revoked certificates. */
export type CostPoint = { entries: number; variant: VariantResult; cpuMs: number; rounds: number[] };
export type CostCurve = { name: string; method: string; points: CostPoint[] };

/**
 * Broker CPU per attempt by revocation method and number of revoked certificates, one curve for each method (and for each of what else
 * the variants differ in). Empty unless two methods or more and three sizes or more were measured.
 */
export function costCurves(result: Result): CostCurve[] {
  const sizes = new Set(result.variants.map(({ labels }) => labelOf(labels, 'crlEntries')));
  const methods = new Set(result.variants.map(({ labels }) => labelOf(labels, 'revocation')));
  if (sizes.size < 3 || methods.size < 2) return [];
  const keys = ['revocation', ...differingLabels(result, ['revocation', 'crlEntries'])];
  const curves = new Map<string, CostCurve>();
  for (const variant of result.variants) {
    const entries = Number(labelOf(variant.labels, 'crlEntries') || Number.NaN);
    const cpuMs = variant.target.cpuMsPerAttempt;
    if (!(entries >= 0) || cpuMs === undefined || !(cpuMs > 0)) continue;
    const name = shortName(variant, keys);
    const curve = curves.get(name) ?? { name, method: labelOf(variant.labels, 'revocation'), points: [] };
    const rounds = byRound(variant, ({ target }) => target.cpuMsPerAttempt);
    curve.points.push({ entries, variant, cpuMs, rounds });
    curves.set(name, curve);
  }
  return [...curves.values()].map((curve) => ({
    ...curve,
    points: curve.points.toSorted((a, b) => a.entries - b.entries),
  }));
}

export type CrossoverFinding = {
  baseline: string;
  candidate: string;
  /** Sizes that both were measured at. */
  sizes: number[];
  crossover: Crossover;
  /** The same with the CPU of the services counted in; null where no service tells its own. */
  withServices: Crossover | null;
};

/** From how many revoked certificates on each other way of checking is cheaper than a CRL checked by the TLS library. */
export function crossovers(curves: readonly CostCurve[]): CrossoverFinding[] {
  const baseline =
    curves.find(({ name }) => name === 'crl-native') ?? curves.find(({ method }) => method === 'crl-native');
  if (baseline === undefined) return [];
  const rest = (name: string, method: string) => name.slice(method.length);
  return curves
    .filter(
      (curve) =>
        curve !== baseline &&
        !['none', '', 'crl-native'].includes(curve.method) &&
        rest(curve.name, curve.method) === rest(baseline.name, baseline.method),
    )
    .flatMap((candidate) => {
      const pairs = pairsOf(baseline, candidate, brokerCpu);
      const found = crossover(pairs);
      if (found === null) return [];
      const told = candidate.points.some(({ variant }) =>
        variant.rounds.some((round) => servicesCpu(round) !== undefined),
      );
      return [
        {
          baseline: baseline.name,
          candidate: candidate.name,
          sizes: pairs.map(({ size }) => size),
          crossover: found,
          withServices: told ? crossover(pairsOf(baseline, candidate, allCpu)) : null,
        },
      ];
    });
}

type Pick = (point: CostPoint) => number[];

const brokerCpu: Pick = ({ rounds, cpuMs }) => (rounds.length > 0 ? rounds : [cpuMs]);

const allCpu: Pick = ({ variant }) =>
  byRound(variant, (round) =>
    round.target.cpuMsPerAttempt === undefined
      ? undefined
      : round.target.cpuMsPerAttempt + (servicesCpu(round) ?? 0),
  );

function pairsOf(baseline: CostCurve, candidate: CostCurve, pick: Pick) {
  return baseline.points.flatMap((point) => {
    const other = candidate.points.find(({ entries }) => entries === point.entries);
    return other === undefined
      ? []
      : [{ size: point.entries, baseline: pick(point), candidate: pick(other) }];
  });
}
