import { wasLeftOut } from '../result/left-out.ts';
import type { ThresholdResult, VariantResult } from '../result/schema.ts';
import {
  canonicalName,
  cohortOf,
  findMetric,
  type Metric,
  type MetricUnit,
  metricNames,
  metricScopes,
} from './metrics.ts';
import { nearestName } from './nearest-name.ts';

const operators = {
  '<=': (observed: number, limit: number) => observed <= limit,
  '>=': (observed: number, limit: number) => observed >= limit,
  '==': (observed: number, limit: number) => observed === limit,
  '!=': (observed: number, limit: number) => observed !== limit,
  '<': (observed: number, limit: number) => observed < limit,
  '>': (observed: number, limit: number) => observed > limit,
} as const;

export type ThresholdOperator = keyof typeof operators;

/** `crl-native: good.authenticated.p99 < 250ms`, taken apart. */
export type Threshold = {
  /** Only this variant; every variant when undefined. */
  variant?: string;
  metric: Metric;
  operator: ThresholdOperator;
  /** In the metric's unit. */
  limit: number;
};

export type ThresholdProblem = { expected: string; nearest?: string };

const unitFactors: Record<MetricUnit, Record<string, number>> = {
  ms: { '': 1, us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
  MiB: { '': 1, KiB: 1 / 1024, MiB: 1, GiB: 1024 },
  '': { '': 1 },
};

const shape =
  /^(?:([^\s:]+)\s*:\s*)?([^\s<>=!:]+)\s*(<=|>=|==|!=|=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([A-Za-zµ%]*)$/i;

/** Takes a threshold apart, or says what was expected instead. Which cohorts and variants there are is not looked at. */
export function parseThreshold(text: string): Threshold | ThresholdProblem {
  const match = shape.exec(text.trim());
  if (match === null) {
    return {
      expected: 'a metric, one of < <= > >= == !=, and a limit, such as good.authenticated.p99 < 250ms',
    };
  }
  const [, variant, name = '', operator = '', amount = '', suffix = ''] = match;
  const metric = findMetric(name);
  if (metric === undefined) return unknownMetric(name, []);
  if (!isOperator(operator)) {
    return { expected: 'one of < <= > >= == !=', nearest: `${name} == ${amount}${suffix}` };
  }
  const factors = unitFactors[metric.unit];
  const factor = Object.hasOwn(factors, suffix) ? factors[suffix] : undefined;
  if (factor === undefined) {
    const units = Object.keys(factors).filter((unit) => unit !== '');
    return {
      expected:
        units.length === 0
          ? 'a bare number, for this metric is a count'
          : `a limit in one of ${units.join(', ')}`,
    };
  }
  const limit = exactProduct(Number(amount), factor);
  return variant === undefined ? { metric, operator, limit } : { variant, metric, operator, limit };
}

/** The threshold in its plainest spelling; parses back to the same. */
export function printThreshold({ variant, metric, operator, limit }: Threshold): string {
  return `${variant === undefined ? '' : `${variant}: `}${metric.name} ${operator} ${limit}${metric.unit}`;
}

/** For the scenario's validation: undefined when the threshold can be evaluated in a run with these cohorts and variants. */
export function checkThreshold(
  expression: string,
  cohortNames: readonly string[],
  variantNames: readonly string[],
): ThresholdProblem | undefined {
  const parsed = parseThreshold(expression);
  if ('expected' in parsed) {
    const named = /^(?:[^\s:]+\s*:\s*)?([^\s<>=!:]+)/.exec(expression.trim())?.[1];
    return named !== undefined && findMetric(named) === undefined && shape.test(expression.trim())
      ? unknownMetric(named, cohortNames)
      : parsed;
  }
  const { variant, metric } = parsed;
  if (variant !== undefined && !variantNames.includes(variant)) {
    return { expected: `a variant of this run: ${listed(variantNames)}`, ...near(variant, variantNames) };
  }
  const cohort = cohortOf(metric.name);
  if (cohort !== undefined && !cohortNames.includes(cohort)) return unknownMetric(metric.name, cohortNames);
  return undefined;
}

/**
 * Holds each threshold against each variant that it applies to, in the order of the expressions. A figure that a run did not give fails
 * its threshold. Throws when an expression was not checked before.
 */
export function evaluateThresholds(
  expressions: readonly string[],
  variants: readonly VariantResult[],
): ThresholdResult[] {
  return expressions.flatMap((expression) => {
    const threshold = parseThreshold(expression);
    if ('expected' in threshold) throw new Error(`threshold '${expression}': expected ${threshold.expected}`);
    const { variant: only, metric, operator, limit } = threshold;
    return variants
      .filter((variant) => (only === undefined || variant.name === only) && !wasLeftOut(variant))
      .map((variant) => {
        const observed = metric.read(variant);
        const passed = observed !== null && Number.isFinite(observed) && operators[operator](observed, limit);
        return {
          expression,
          variant: variant.name,
          metric: metric.name,
          observed,
          limit,
          unit: metric.unit,
          passed,
        };
      });
  });
}

function isOperator(text: string): text is ThresholdOperator {
  return Object.hasOwn(operators, text);
}

function unknownMetric(name: string, cohorts: readonly string[]): ThresholdProblem {
  const plain = canonicalName(name);
  const first = cohortOf(plain);
  const rest = plain.slice(plain.indexOf('.') + 1);
  if (first !== undefined && plain.includes('.') && cohorts.length > 0 && !cohorts.includes(first)) {
    const known = [...cohorts, ...metricScopes];
    const cohort = nearestName(first, known);
    const nearest = cohort === undefined ? undefined : `${cohort}.${rest}`;
    return {
      expected: `a metric that begins with one of ${listed(known)}`,
      ...(nearest === undefined || findMetric(nearest) === undefined
        ? near(plain, metricNames(cohorts))
        : { nearest }),
    };
  }
  const known = metricNames(first === undefined || cohorts.length > 0 ? cohorts : [first]);
  const siblings = known.filter((other) => other.startsWith(`${plain.slice(0, plain.lastIndexOf('.'))}.`));
  const expected =
    siblings.length > 0 && siblings.length <= 12
      ? `one of ${siblings.join(', ')}`
      : 'a metric such as good.authenticated.p99, good.falseRejects or target.cpuMsPerAttempt';
  return { expected, ...near(plain, known) };
}

function near(word: string, known: readonly string[]): { nearest?: string } {
  const nearest = nearestName(word, known);
  return nearest === undefined ? {} : { nearest };
}

function listed(words: readonly string[]): string {
  return words.length <= 20
    ? words.join(', ')
    : `${words.slice(0, 20).join(', ')} and ${words.length - 20} more`;
}

/** 0.3 × 1000 is 300 and not 299.99999999999994: limits are decimal figures that a person wrote. */
function exactProduct(amount: number, factor: number): number {
  return factor === 1 ? amount : Number((amount * factor).toPrecision(15));
}
