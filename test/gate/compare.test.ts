import { describe, expect, it } from 'vitest';
import { compareWithBaseline } from '../../src/gate/against-baseline.ts';
import { BaselineError } from '../../src/gate/baseline-error.ts';
import { compareSides, compareWithin } from '../../src/gate/compare.ts';
import { compareSettings } from '../../src/gate/compare-settings.ts';
import { describeComparison, regressionReasons } from '../../src/gate/comparison-words.ts';
import type { Noise } from '../../src/gate/noise.ts';
import { findRoundMetric, roundFigures } from '../../src/gate/round-figures.ts';
import { judge } from '../../src/gate/verdict.ts';
import type { Result } from '../../src/result/schema.ts';
import { around, costing, resultOf } from './comparable.ts';

/** As `certstorm calibrate` writes it: what each metric of variant `default` differs by between runs. */
const recorded = (sds: Record<string, number>, reference: string | null = null): Noise => ({
  schema: 'certstorm/noise@1',
  scenario: 'small',
  machine: 'm',
  runtime: 'r',
  measuredAt: 'x',
  reference,
  runs: 8,
  rounds: 12,
  variants: [
    {
      name: 'default',
      metrics: Object.fromEntries(
        Object.entries(sds).map(([metric, betweenRunsSd]) => [
          metric,
          { betweenRunsSd, roundSd: 0.02, degrees: 7 },
        ]),
      ),
    },
  ],
});
const quiet = recorded({ 'target.cpuMsPerAttempt': 0.002, 'good.authenticated.p50': 0.002 });

const against = (
  baseline: Result,
  candidate: Result,
  more: { allowOtherMachine?: boolean; noise?: Noise | null } = {},
) =>
  compareWithBaseline(baseline, candidate, {
    file: 'main.json',
    settings: compareSettings(candidate),
    noise: more.noise === undefined ? quiet : more.noise,
    allowOtherMachine: more.allowOtherMachine ?? false,
  });

const base = resultOf([costing('default', around(1))]);
const refused = (baseline: Result, candidate: Result) => {
  try {
    against(baseline, candidate);
  } catch (error) {
    if (error instanceof BaselineError) return error.message;
    throw error;
  }
  return 'was compared';
};

describe('against a stored baseline', () => {
  it.each([
    [1, 'same'],
    [1.1, 'slower'],
    [0.85, 'faster'],
  ])('rounds that cost %d times as much are %s', (factor, verdict) => {
    const { comparisons } = against(base, resultOf([costing('default', around(factor))]));
    const cpu = comparisons.find(({ metric }) => metric === 'target.cpuMsPerAttempt');
    expect(cpu).toMatchObject({ verdict, gated: true, tolerance: 0.05, confidence: 0.99, paired: false });
    expect(cpu?.ratio).toBeCloseTo(factor, 6);
    expect(cpu?.low).toBeLessThan(factor);
    expect(cpu?.high).toBeGreaterThan(factor);
  });

  it('one is inconclusive where rounds are few and wild, and says how many would decide', () => {
    const wild = [0.8, 1.3, 1, 1.2];
    const { comparisons } = against(base, resultOf([costing('default', wild)]));
    expect(comparisons[0]?.verdict).toBe('inconclusive');
    expect(describeComparison(comparisons[0] ?? expect.fail())).toMatch(
      /4 rounds can't tell; about \d+ would decide it/,
    );
  });

  it('refuses another scenario, machine, runtime, OpenSSL or load, and a baseline without rounds, each in a sentence', () => {
    const here = base.environment;
    const changed = (environment: Partial<typeof here>) => ({
      ...base,
      environment: { ...here, ...environment },
    });
    expect(refused(changed({ cores: 64 }), base)).toContain(
      'another class of machine (a processor, 64 cores',
    );
    expect(refused(changed({ openssl: '3.0.1' }), base)).toContain('OpenSSL 3.0.1');
    expect(refused(changed({ runtime: 'Node v26.0.0' }), base)).toContain('Node v26.0.0');
    const renamed = { ...base, scenario: { ...base.scenario, name: 'other' } };
    expect(refused(renamed, base)).toContain("it is of scenario 'other'");
    expect(refused(resultOf([]), base)).toContain('no round');
    expect(refused(resultOf([costing('default', [1])]), base)).toContain(
      'one round, and an interval takes 3',
    );
    const heavier = structuredClone(base);
    const [plan] = heavier.scenario.variants as { load: { vus: number } }[];
    if (plan !== undefined) plan.load.vus = 9;
    expect(refused(heavier, base)).toContain("load.vus of variant 'default' was 9 and is 4 now");
    expect(refused({ ...base, valid: false, invalidReasons: ['lost a worker'] }, base)).toContain(
      'lost a worker',
    );
    expect(refused(base, base)).toBe('was compared');
  });

  it('of another machine is converted by the calibration on request, with a wider interval, and says so', () => {
    const twice = Object.fromEntries(
      Object.entries(base.environment.calibration).map(([part, us], i) => [part, us * (2 + 0.01 * i)]),
    );
    const slow = { ...base.environment, cpu: 'a slow processor', calibration: twice };
    const candidate = resultOf([costing('default', around(2.02))], { environment: slow });
    expect(refused(base, candidate)).toContain('--allow-other-machine');
    const { comparisons, notes } = against(base, candidate, { allowOtherMachine: true });
    expect(comparisons[0]?.ratio).toBeCloseTo(1, 2);
    expect(comparisons[0]?.normalisedBy).toBeCloseTo(2.02, 2);
    expect(notes[0]).toContain('multiplied by 2.0');
  });

  it('widens the interval by what runs differ by, and gives a metric that swings by itself a tolerance of its own', () => {
    const candidate = resultOf([costing('default', around(1), around(1.12))]);
    const p50 = (sd: number) =>
      against(base, candidate, { noise: recorded({ 'good.authenticated.p50': sd }) }).comparisons[1];
    expect(p50(0.001)).toMatchObject({ verdict: 'slower', tolerance: 0.05, betweenRunsSource: 'recorded' });
    expect(p50(0.2)?.tolerance).toBeGreaterThan(0.5);
    expect(p50(0.2)?.verdict).not.toBe('slower');
    expect(p50(0.2)?.low).toBeLessThan(p50(0.001)?.low ?? 0);
  });

  it('says in a sentence that noise has made a tolerance wider than it was asked for, and what a gate no longer sees', () => {
    const candidate = resultOf([costing('default', around(1.12))]);
    const held = (sd: number) =>
      against(base, candidate, { noise: recorded({ 'target.cpuMsPerAttempt': sd }) });
    const blunt = held(0.05);
    const [cpu] = blunt.comparisons;
    expect(cpu).toMatchObject({ toleranceAsked: 0.05, verdict: 'inconclusive' });
    expect(describeComparison(cpu ?? expect.fail())).toMatch(
      /tolerance of 2\d(?:\.\d)? %, widened from the 5 % asked for, because runs of this machine differ by 5 % among themselves/,
    );
    expect(blunt.notes.join(' ')).toMatch(
      /target\.cpuMsPerAttempt has a tolerance of 2\d.* in place of the 5 % asked for: a smaller slowdown goes unnoticed; a reference variant/,
    );
    expect(held(0.001).comparisons[0]?.toleranceAsked).toBeUndefined();
    expect(held(0.001).notes).toEqual([]);
  });

  it('assumes what runs differ by where it was not measured, and says what would help', () => {
    const wild = around(1.02).map((value, i) => value * (1 + 0.07 * (i % 3)));
    const [cpu] = against(base, resultOf([costing('default', wild)]), { noise: null }).comparisons;
    expect(cpu).toMatchObject({
      betweenRunsSource: 'assumed',
      verdict: 'inconclusive',
      roundsToDecide: null,
    });
    expect(describeComparison(cpu ?? expect.fail())).toMatch(
      /for runs differ by [\d.]+ % among themselves \(assumed\): measure a reference variant in both \(compare\.reference\) or the noise of this machine \(certstorm calibrate\)$/,
    );
  });

  it('takes what the machine does from run to run out by a reference variant, and says where it is missing', () => {
    const settings = { compare: { reference: 'anchor' } };
    const drifting = (drift: number, factor: number) => {
      const result = resultOf([
        costing('default', around(drift * factor)),
        costing('anchor', around(drift * 0.7)),
      ]);
      return { ...result, scenario: { ...result.scenario, ...settings } };
    };
    const { comparisons, notes } = against(drifting(1, 1), drifting(1.2, 1.1), { noise: null });
    const [cpu] = comparisons;
    expect(notes).toEqual([]);
    expect(new Set(comparisons.map(({ candidate }) => candidate))).toEqual(new Set(['default']));
    expect(cpu?.ratio).toBeCloseTo(1.1, 9);
    expect(cpu).toMatchObject({ verdict: 'slower', reference: 'anchor', betweenRunsSd: 0.01 });
    const [steady] = against(base, resultOf([costing('default', around(1.1))]), { noise: null }).comparisons;
    expect(steady).toMatchObject({ verdict: 'slower', betweenRunsSd: 0.01 });
    const lacking = resultOf([costing('default', around(1))]);
    expect(against(lacking, drifting(1, 1)).notes[0]).toContain("reference variant 'anchor' is not in both");
  });

  it('names variants that the baseline lacks, and compares the others', () => {
    const candidate = resultOf([costing('default', around(1)), costing('new', around(1))]);
    const { comparisons, notes } = against(base, candidate);
    expect(new Set(comparisons.map(({ candidate: name }) => name))).toEqual(new Set(['default']));
    expect(notes).toEqual(["variant 'new' is not in the baseline and is not compared"]);
  });
});

describe('within one run', () => {
  const drift = [1, 1.3, 1.1, 0.8, 0.9, 1.2, 1.05, 0.95, 1.15, 0.85, 1, 1.25];
  const steady = around(1, 12);
  const run = (factor: number, extra: object = {}) => {
    const one = costing(
      'old',
      steady.map((value, i) => value * (drift[i] ?? 1)),
    );
    const other = costing(
      'new',
      around(factor, 12).map(
        (value, i) => value * (drift[11 - i] ?? 1) * ((drift[i] ?? 1) / (drift[11 - i] ?? 1)),
      ),
    );
    const result = resultOf([one, { ...other, labels: { target: 'bundled', slowdown: '10%' } }]);
    return {
      ...result,
      scenario: { ...result.scenario, compare: { pairs: [{ baseline: 'old', candidate: 'new' }], ...extra } },
    };
  };

  it('the drift of the machine cancels, round beside round, and the labels that differ are named', () => {
    const result = run(1.1);
    const [cpu] = compareWithin(result, { settings: compareSettings(result) });
    expect(cpu).toMatchObject({ verdict: 'slower', paired: true, rounds: { baseline: 12, candidate: 12 } });
    expect(cpu?.ratio).toBeCloseTo(1.1, 6);
    expect(cpu?.differs).toEqual({ slowdown: [null, '10%'] });
    expect((cpu?.high ?? 9) - (cpu?.low ?? 0)).toBeLessThan(0.02);
  });

  it('a round that was cut short is no pair, and one that was merely slow stays', () => {
    const result = run(1.1);
    const [old] = result.variants;
    const first = old?.rounds[0];
    if (first === undefined) throw new Error('no round');
    first.complete = false;
    const [cpu] = compareWithin(result, { settings: compareSettings(result) });
    expect(cpu?.rounds).toEqual({ baseline: 11, candidate: 11 });
    first.complete = true;
    first.target.cpuMsPerAttempt = 50;
    const [kept] = compareWithin(result, { settings: compareSettings(result) });
    expect(kept?.rounds).toEqual({ baseline: 12, candidate: 12 });
    expect(kept?.verdict).toBe('slower');
  });

  it('the gate takes what the scenario names, and the rest is told without failing', () => {
    const result = run(1.2, {
      gate: ['good.authenticated.p50'],
      also: ['target.cpuMsPerAttempt'],
      tolerance: 0.3,
    });
    const comparisons = compareWithin(result, { settings: compareSettings(result) });
    expect(comparisons.map(({ metric, gated, verdict }) => [metric, gated, verdict])).toEqual([
      ['good.authenticated.p50', true, 'same'],
      ['target.cpuMsPerAttempt', false, 'same'],
    ]);
    expect(comparisons[0]?.correction).toBe('Holm over 1 gated metric');
  });

  it('exchanging the two sides exchanges the verdicts', () => {
    const [one, other] = run(1.1).variants;
    if (one === undefined || other === undefined) throw new Error('two variants');
    const settings = compareSettings(base);
    const sides = [one, other].map((variant) => ({ name: variant.name, variant })) as [never, never];
    const [forth] = compareSides(...sides, { settings, paired: true });
    const [back] = compareSides(...(sides.toReversed() as [never, never]), { settings, paired: true });
    expect([forth?.verdict, back?.verdict]).toEqual(['slower', 'faster']);
    expect((forth?.low ?? 0) * (back?.high ?? 0)).toBeCloseTo(1, 9);
  });
});

describe('the verdict on a run', () => {
  const whole = {
    variants: base.variants,
    thresholds: [],
    valid: true,
    invalidReasons: [],
    interrupted: false,
    noneRan: false,
  };

  it('is regressed with what, by how much, with which interval, what became faster beside it, and the command', () => {
    const { comparisons } = against(base, resultOf([costing('default', around(1.15), around(0.8))]));
    const verdict = judge({ ...whole, comparisons, lookCloser: 'certstorm compare main.json new --all' });
    expect(verdict).toMatchObject({ word: 'regressed', exitCode: 96 });
    expect(verdict.reasons[0]).toMatch(
      /^target\.cpuMsPerAttempt of 'default' against 'default of 2026-10-03 09:00': slower, 1\.150× \(99 %: 1\.\d+–1\.\d+\), beyond the tolerance of 5 %$/,
    );
    expect(verdict.reasons[1]).toMatch(/^but good\.authenticated\.p50 .* faster, 0\.800×/);
    expect(verdict.reasons[2]).toBe('look closer: certstorm compare main.json new --all');
  });

  it('takes the lowest of several codes, and an unusable baseline is 97', () => {
    const { comparisons } = against(base, resultOf([costing('default', around(1.15))]));
    const failed = {
      expression: 'x < 1',
      variant: 'default',
      metric: 'x',
      observed: 2,
      limit: 1,
      unit: '',
      passed: false,
    };
    expect(judge({ ...whole, thresholds: [failed], noBaseline: 'there is none' })).toMatchObject({
      word: 'no baseline',
      exitCode: 97,
    });
    expect(judge({ ...whole, thresholds: [failed], comparisons }).exitCode).toBe(96);
    expect(judge({ ...whole, comparisons, valid: false, invalidReasons: ['a worker died'] }).exitCode).toBe(
      92,
    );
  });

  it('does not fail for what is slower and not gated', () => {
    const { comparisons } = against(base, resultOf([costing('default', around(1), around(1.5))]));
    expect(comparisons.map(({ verdict }) => verdict)).toContain('slower');
    expect(regressionReasons(comparisons)).toEqual([]);
  });
});

describe('figures of rounds', () => {
  it('are there for latencies, CPU and memory, and for nothing that only a whole run has', () => {
    expect(findRoundMetric('good.authenticated.p(99)')?.name).toBe('good.authenticated.p99');
    for (const name of [
      'good.falseAccepts',
      'accounting.started',
      'good.response.authenticated.p99',
      'nonsense',
    ])
      expect(findRoundMetric(name)).toBeUndefined();
    const metric = findRoundMetric('target.cpuMsPerAttempt') ?? expect.fail();
    expect(roundFigures(costing('x', [1, 0, 3]), metric)).toEqual([
      { round: 0, value: 1 },
      { round: 2, value: 3 },
    ]);
  });
});
