import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/gate/exit-codes.ts';
import { evaluateThresholds } from '../../src/gate/thresholds.ts';
import { type JudgeInput, judge } from '../../src/gate/verdict.ts';
import { verdictSchema } from '../../src/result/schema.ts';
import { cohort, round, variant } from './measured.ts';

function verdictOn(input: Partial<JudgeInput>) {
  const { variants = [variant([cohort('good')])] } = input;
  const verdict = judge({
    variants,
    thresholds: [],
    valid: true,
    invalidReasons: [],
    interrupted: false,
    noneRan: false,
    ...input,
  });
  expect(verdictSchema.safeParse(verdict).success).toBe(true);
  return verdict;
}

const leaky = variant(
  [cohort('good'), cohort('revoked', { expected: 'reject', attempts: 1204, falseAccepts: 2 })],
  { name: 'none' },
);
const strict = variant(
  [cohort('good', { falseRejects: 1, attempts: 12_345 }), cohort('revoked', { expected: 'reject' })],
  { name: 'crl' },
);

describe('the verdict', () => {
  it('is passed, with what that means in numbers', () => {
    const variants = [variant([cohort('good', { attempts: 1234 })])];
    expect(verdictOn({ variants })).toEqual({
      word: 'passed',
      exitCode: 0,
      reasons: ['no false verdict in 1 234 attempts'],
    });
    const thresholds = evaluateThresholds(['good.errors == 0', 'good.authenticated.p99 < 1s'], variants);
    expect(verdictOn({ variants, thresholds }).reasons).toEqual([
      'no false verdict in 1 234 attempts, and all 2 thresholds hold',
    ]);
  });

  it('is false verdicts after one false accept, whatever the latency', () => {
    expect(verdictOn({ variants: [leaky, variant([cohort('good')], { name: 'crl' })] })).toEqual({
      word: 'false verdicts',
      exitCode: 91,
      reasons: [
        "2 of 1 204 attempts of cohort 'revoked' in variant 'none' were accepted, and none should be",
      ],
    });
  });

  it('is false verdicts after one false reject', () => {
    expect(verdictOn({ variants: [strict] })).toEqual({
      word: 'false verdicts',
      exitCode: 91,
      reasons: [
        "1 of 12 345 attempts of cohort 'good' in variant 'crl' were rejected, and all should be accepted",
      ],
    });
  });

  it('is false verdicts when clients were refused at the wrong layer, and says which was expected', () => {
    const variants = [
      variant([
        cohort('late', { expected: 'reject-at-tls', expectedCause: 'certificate_revoked', falseRejects: 7 }),
      ]),
    ];
    expect(verdictOn({ variants }).reasons).toEqual([
      "7 of 1 000 attempts of cohort 'late' were not rejected as expected (reject-at-tls, certificate_revoked)",
    ]);
  });

  it('is not valid when the measurement is not', () => {
    expect(verdictOn({ valid: false, invalidReasons: ['12 arrivals were missed'] })).toEqual({
      word: 'not valid',
      exitCode: 92,
      reasons: ['12 arrivals were missed'],
    });
  });

  it('is not valid, and no false verdict, when a dying target turned clients away', () => {
    const whole = cohort('good', { attempts: 1000 });
    const broken = cohort('good', { attempts: 200, falseRejects: 150 });
    const merged = cohort('good', { attempts: 1200, falseRejects: 150 });
    const variants = [variant([merged], { rounds: [round([whole]), round([broken], false)] })];
    expect(verdictOn({ variants, valid: false, invalidReasons: ['the target died in round 2'] })).toEqual({
      word: 'not valid',
      exitCode: 92,
      reasons: [
        'the target died in round 2',
        "150 of 200 attempts of cohort 'good' were rejected in a round that did not run to its end, and are not held against the broker",
      ],
    });
  });

  it('holds false rejects of whole rounds against the broker, also when another round broke', () => {
    const whole = cohort('good', { attempts: 1000, falseRejects: 3 });
    const broken = cohort('good', { attempts: 200, falseRejects: 150 });
    const merged = cohort('good', { attempts: 1200, falseRejects: 153 });
    const verdict = verdictOn({
      variants: [variant([merged], { rounds: [round([whole]), round([broken], false)] })],
    });
    expect(verdict.exitCode).toBe(91);
    expect(verdict.reasons[0]).toBe(
      "3 of 1 000 attempts of cohort 'good' were rejected, and all should be accepted",
    );
  });

  it('holds a false accept against the broker, also in a round that broke', () => {
    const broken = cohort('revoked', { expected: 'reject', attempts: 5, falseAccepts: 1 });
    expect(verdictOn({ variants: [variant([broken], { rounds: [round([broken], false)] })] }).exitCode).toBe(
      91,
    );
  });

  it('is not valid when one variant of several could not be measured', () => {
    const verdict = verdictOn({
      variants: [leaky, strict]
        .map(({ name }) => variant([cohort('good')], { name }))
        .concat(variant([], { name: 'gone', rounds: [], failure: 'port 8883 is in use' })),
    });
    expect(verdict).toMatchObject({
      word: 'not valid',
      exitCode: 92,
      reasons: ["variant 'gone' could not be measured: port 8883 is in use"],
    });
  });

  it('passes a run that could not play what no target of it can, and says so', () => {
    const variants = [
      variant([cohort('good')], { name: 'bundled' }),
      variant([], { name: 'a', rounds: [], failure: 'mosquitto has no OCSP', impossible: true }),
      variant([], { name: 'b', rounds: [], failure: 'RabbitMQ is not installed', notInstalled: true }),
    ];
    const thresholds = evaluateThresholds(['good.attempts > 5'], variants);
    expect(thresholds.map(({ variant: name }) => name)).toEqual(['bundled']);
    expect(verdictOn({ variants, thresholds })).toMatchObject({
      exitCode: 0,
      reasons: [
        expect.stringContaining('no false verdict'),
        "variant 'a' was left out: mosquitto has no OCSP",
        "variant 'b' was left out: RabbitMQ is not installed",
      ],
    });
  });

  it('is threshold failed, with what was seen', () => {
    const variants = [variant([cohort('good')], { name: 'a' }), variant([cohort('good')], { name: 'b' })];
    const thresholds = evaluateThresholds(
      ['a: good.authenticated.p99 < 250ms', 'b: good.rejected.p99 < 1s', 'b: good.attempts < 5'],
      variants,
    );
    expect(verdictOn({ variants, thresholds })).toEqual({
      word: 'threshold failed',
      exitCode: 99,
      reasons: [
        "threshold 'a: good.authenticated.p99 < 250ms' does not hold in variant 'a': it was 299 ms",
        "threshold 'b: good.rejected.p99 < 1s' does not hold in variant 'b': the run gave no such figure",
        "threshold 'b: good.attempts < 5' does not hold in variant 'b': it was 1 000",
      ],
    });
  });

  it('is the one with the lowest exit code when several hold, and tells all reasons, its own first', () => {
    const thresholds = evaluateThresholds(['revoked.falseAccepts == 0'], [leaky]);
    const verdict = verdictOn({ variants: [leaky], thresholds, valid: false, invalidReasons: ['x'] });
    expect(verdict.exitCode).toBe(91);
    expect(verdict.reasons).toEqual([
      "2 of 1 204 attempts of cohort 'revoked' in variant 'none' were accepted, and none should be",
      'x',
      "threshold 'revoked.falseAccepts == 0' does not hold in variant 'none': it was 2",
    ]);
  });

  it('is interrupted after a signal, whatever was found until then', () => {
    const verdict = verdictOn({
      variants: [leaky],
      interrupted: true,
      valid: false,
      invalidReasons: ['stopped'],
    });
    expect(verdict).toMatchObject({ word: 'interrupted', exitCode: 105 });
    expect(verdict.reasons).toEqual([
      'the run was stopped by a signal after 2 204 attempts; what was measured is kept',
      "2 of 1 204 attempts of cohort 'revoked' in variant 'none' were accepted, and none should be",
      'stopped',
    ]);
    expect(verdictOn({ variants: [], interrupted: true, noneRan: true }).exitCode).toBe(105);
  });

  it('is failed when nothing was measured at all', () => {
    const gone = variant([cohort('good', { attempts: 0 })], {
      rounds: [],
      failure: 'the target did not start',
    });
    const thresholds = evaluateThresholds(['good.falseRejects == 0'], [gone]);
    const verdict = verdictOn({
      variants: [gone],
      thresholds,
      noneRan: true,
      valid: false,
      invalidReasons: [],
    });
    expect(verdict).toMatchObject({ word: 'failed', exitCode: 1 });
    expect(verdict.reasons[0]).toBe("variant 'default' could not be measured: the target did not start");
    expect(verdictOn({ variants: [], noneRan: true })).toEqual({
      word: 'failed',
      exitCode: 1,
      reasons: ['no round was measured'],
    });
  });
});

describe('the exit codes', () => {
  it('are the documented ones', () => {
    expect(exitCodes).toEqual({
      good: 0,
      internalError: 1,
      falseVerdicts: 91,
      notValid: 92,
      regressed: 96,
      noBaseline: 97,
      thresholdFailed: 99,
      badScenario: 104,
      interrupted: 105,
    });
  });
});
