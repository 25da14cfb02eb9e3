import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricNames } from '../../src/gate/metrics.ts';
import {
  checkThreshold,
  evaluateThresholds,
  parseThreshold,
  printThreshold,
} from '../../src/gate/thresholds.ts';
import { cohort, variant } from './measured.ts';

function parts(text: string) {
  const parsed = parseThreshold(text);
  if ('expected' in parsed) return parsed;
  return [parsed.variant, parsed.metric.name, parsed.operator, parsed.limit];
}

describe('a threshold', () => {
  it.each([
    ['good.authenticated.p99 < 250ms', [undefined, 'good.authenticated.p99', '<', 250]],
    ['good.authenticated.p(99.9)<=1.5s', [undefined, 'good.authenticated.p999', '<=', 1500]],
    ['good.authenticated.p99 < 250', [undefined, 'good.authenticated.p99', '<', 250]],
    ['good.authenticated.max < 0.3s', [undefined, 'good.authenticated.max', '<', 300]],
    ['good.tcpConnect.p50 < 900us', [undefined, 'good.tcpConnect.p50', '<', 0.9]],
    ['  re-voked.falseAccepts==0  ', [undefined, 're-voked.falseAccepts', '==', 0]],
    ['good.attempts >= 1e3', [undefined, 'good.attempts', '>=', 1000]],
    ['all.errors != 1', [undefined, 'all.errors', '!=', 1]],
    ['target.rssPeakMiB < 1GiB', [undefined, 'target.rssPeakMiB', '<', 1024]],
    ['target.rssPeakMiB > .5', [undefined, 'target.rssPeakMiB', '>', 0.5]],
    ['crl-native: good.errors == 0', ['crl-native', 'good.errors', '==', 0]],
    [
      'none+crlEntries=1000:target.cpuMsPerAttempt < 2ms',
      ['none+crlEntries=1000', 'target.cpuMsPerAttempt', '<', 2],
    ],
  ])('%s is taken apart', (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it('survives being printed and parsed again', () => {
    const text = fc
      .record({
        variant: fc.option(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+=-]{0,20}$/)),
        metric: fc.constantFrom(...metricNames(['good', 're-voked_2', 'a'])),
        operator: fc.constantFrom('<', '<=', '>', '>=', '==', '!='),
        limit: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
        gap: fc.constantFrom('', ' ', '  '),
      })
      .map(
        ({ variant: name, metric, operator, limit, gap }) =>
          `${name === null ? '' : `${name}:${gap}`}${metric}${gap}${operator}${gap}${limit}`,
      );
    fc.assert(
      fc.property(text, (expression) => {
        const first = parseThreshold(expression);
        if ('expected' in first) throw new Error(`${expression}: expected ${first.expected}`);
        const again = parseThreshold(printThreshold(first));
        expect(parts(printThreshold(first))).toEqual(parts(expression));
        expect('expected' in again ? again : printThreshold(again)).toBe(printThreshold(first));
      }),
      { numRuns: 500 },
    );
  });

  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseThreshold(text)).toBeTypeOf('object');
        checkThreshold(text, ['good'], ['default']);
      }),
    );
  });

  it('of endless spaces takes no time', () => {
    expect(parseThreshold(`good${' '.repeat(50_000)}!`)).toHaveProperty('expected');
  });
});

describe('a threshold that cannot be evaluated is told with what was expected', () => {
  const check = (text: string) => checkThreshold(text, ['good', 'revoked'], ['none', 'crl-native']);

  it.each([
    ['good.authenticated.p99 < 250ms', undefined],
    ['crl-native: revoked.falseAccepts == 0', undefined],
    ['target.cpuMsPerAttempt < 5', undefined],
    [
      '',
      { expected: 'a metric, one of < <= > >= == !=, and a limit, such as good.authenticated.p99 < 250ms' },
    ],
    [
      'good.errors',
      { expected: 'a metric, one of < <= > >= == !=, and a limit, such as good.authenticated.p99 < 250ms' },
    ],
    [
      'good.errors == few',
      { expected: 'a metric, one of < <= > >= == !=, and a limit, such as good.authenticated.p99 < 250ms' },
    ],
    ['good.errors = 0', { expected: 'one of < <= > >= == !=', nearest: 'good.errors == 0' }],
    ['good.errors == 0ms', { expected: 'a bare number, for this metric is a count' }],
    ['good.authenticated.p99 < 3MiB', { expected: 'a limit in one of us, µs, ms, s, m, h' }],
    ['target.rssPeakMiB < 3MB', { expected: 'a limit in one of KiB, MiB, GiB' }],
    ['target.rssPeakMiB < 3constructor', { expected: 'a limit in one of KiB, MiB, GiB' }],
    [
      'godo.errors == 0',
      {
        expected:
          'a metric that begins with one of good, revoked, all, target, generator, accounting, limit, breakingPoint',
        nearest: 'good.errors',
      },
    ],
    [
      'revokd.rejected.p(99) < 1s',
      {
        expected:
          'a metric that begins with one of good, revoked, all, target, generator, accounting, limit, breakingPoint',
        nearest: 'revoked.rejected.p99',
      },
    ],
    [
      'good.autenticated.p99 < 1s',
      {
        expected: 'a metric such as good.authenticated.p99, good.falseRejects or target.cpuMsPerAttempt',
        nearest: 'good.authenticated.p99',
      },
    ],
    [
      'good.authenticated.p95 < 1s',
      {
        expected:
          'one of good.authenticated.min, good.authenticated.mean, good.authenticated.p50, good.authenticated.p90, good.authenticated.p99, good.authenticated.p999, good.authenticated.max',
        nearest: 'good.authenticated.p90',
      },
    ],
    [
      'target.rssPeak < 1',
      {
        expected:
          'one of target.cpuMsPerAttempt, target.cpuUserMs, target.cpuSystemMs, target.rssPeakMiB, target.eventLoopDelay.p50, target.eventLoopDelay.p99, target.eventLoopDelay.max',
        nearest: 'target.rssPeakMiB',
      },
    ],
    ['crl: good.errors == 0', { expected: 'a variant of this run: none, crl-native' }],
    [
      'crl-nativ: good.errors == 0',
      { expected: 'a variant of this run: none, crl-native', nearest: 'crl-native' },
    ],
  ])('%s', (text, problem) => {
    expect(check(text)).toEqual(problem);
  });
});

describe('evaluating', () => {
  const none = variant([cohort('good'), cohort('revoked', { falseAccepts: 2 })], { name: 'none' });
  const crl = variant([cohort('good'), cohort('revoked')], { name: 'crl-native' });

  it('holds each threshold against each variant', () => {
    expect(evaluateThresholds(['revoked.falseAccepts == 0'], [none, crl])).toEqual([
      {
        expression: 'revoked.falseAccepts == 0',
        variant: 'none',
        metric: 'revoked.falseAccepts',
        observed: 2,
        limit: 0,
        unit: '',
        passed: false,
      },
      {
        expression: 'revoked.falseAccepts == 0',
        variant: 'crl-native',
        metric: 'revoked.falseAccepts',
        observed: 0,
        limit: 0,
        unit: '',
        passed: true,
      },
    ]);
  });

  it('holds a threshold with a variant against that one only', () => {
    const results = evaluateThresholds(
      ['crl-native: good.authenticated.p(99) < 1s', 'all.errors == 0'],
      [none, crl],
    );
    expect(
      results.map(({ variant: name, metric, limit, unit, passed }) => [name, metric, limit, unit, passed]),
    ).toEqual([
      ['crl-native', 'good.authenticated.p99', 1000, 'ms', true],
      ['none', 'all.errors', 0, '', true],
      ['crl-native', 'all.errors', 0, '', true],
    ]);
  });

  it.each([
    ['< 299', false],
    ['<= 299', true],
    ['> 299', false],
    ['>= 299', true],
    ['== 299', true],
    ['!= 299', false],
  ])('good.authenticated.p99 of 299 ms %s is %j', (rest, passed) => {
    expect(evaluateThresholds([`good.authenticated.p99 ${rest}`], [crl])[0]?.passed).toBe(passed);
  });

  it.each(['good.rejected.p99 < 1h', 'good.rejected.p99 != 5'])(
    'fails %s where the run gave no such figure',
    (expression) => {
      expect(evaluateThresholds([expression], [crl])[0]).toMatchObject({ observed: null, passed: false });
    },
  );

  it('refuses what was never checked', () => {
    expect(() => evaluateThresholds(['nonsense'], [crl])).toThrow("threshold 'nonsense': expected a metric");
  });
});
