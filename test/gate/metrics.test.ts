import { describe, expect, it } from 'vitest';
import { findMetric, metricFamilies, metricNames, metricScopes } from '../../src/gate/metrics.ts';
import { reservedCohortNames } from '../../src/scenario/limits.ts';
import { cohort, round, variant } from './measured.ts';

const run = variant([
  cohort('good'),
  cohort('re-voked_2', { falseAccepts: 3, falseRejects: 4, errors: 5, attempts: 500 }),
]);

describe('a metric', () => {
  it.each([
    ['good.tcpConnect.min', 0, 'ms'],
    ['good.tlsHandshake.mean', 155, 'ms'],
    ['good.authenticated.p50', 250, 'ms'],
    ['good.authenticated.p(90)', 290, 'ms'],
    ['good.authenticated.p99', 299, 'ms'],
    ['good.authenticated.p(99.9)', 299.9, 'ms'],
    ['good.authenticated.p99.9', 299.9, 'ms'],
    ['good.authenticated.p999', 299.9, 'ms'],
    ['good.response.authenticated.max', 400, 'ms'],
    ['good.rejected.p99', null, 'ms'],
    ['good.serverHello.p99', null, 'ms'],
    ['good.response.rejected.p99', null, 'ms'],
    ['good.falseAccepts', 0, ''],
    ['re-voked_2.falseAccepts', 3, ''],
    ['re-voked_2.attempts', 500, ''],
    ['other.errors', null, ''],
    ['all.attempts', 1500, ''],
    ['all.falseAccepts', 3, ''],
    ['all.falseRejects', 4, ''],
    ['all.errors', 5, ''],
    ['target.cpuMsPerAttempt', 1.5, 'ms'],
    ['target.cpuSystemMs', 5, 'ms'],
    ['target.rssPeakMiB', 80, 'MiB'],
    ['target.eventLoopDelay.p99', 2, 'ms'],
    ['generator.cpuMsPerAttempt', 0.9, 'ms'],
    ['generator.eventLoopLag.p50', 4, 'ms'],
    ['generator.scheduleError.max', 9, 'ms'],
    ['accounting.scheduled', 1502, ''],
    ['accounting.missedArrivals', 2, ''],
    ['accounting.unfinished', 1, ''],
    ['limit.rate', null, ''],
  ])('%s reads %j', (name, value, unit) => {
    const metric = findMetric(name);
    expect(metric?.unit).toBe(unit);
    expect(metric?.read(run)).toBe(value);
  });

  it('of a search for the highest rate is the lowest of the rates that its rounds found', () => {
    const cohorts = [cohort('good')];
    const found = (low: number) => ({
      ...round(cohorts),
      limit: { objective: 'good.authenticated.p99 < 250ms', low, high: low * 1.1, probes: [] },
    });
    const searched = variant(cohorts, { rounds: [found(420), found(380), round(cohorts)] });
    expect(findMetric('limit.rate')?.read(searched)).toBe(380);
    // None of the rates that were tried met the objective.
    expect(findMetric('limit.rate')?.read(variant(cohorts, { rounds: [found(0)] }))).toBe(0);
  });

  it.each([
    'good',
    'good.',
    'good.p99',
    'good.authenticated',
    'good.authenticated.p95',
    'good.authenticated.p9',
    'good.response.p99',
    'all.authenticated.p99',
    'target.rss',
    'generator',
    'accounting.attempts',
    '',
    '.errors',
    'go od.errors',
    'good.errors.p99',
    'good.constructor',
    'target.__proto__',
  ])('%j is none', (name) => {
    expect(findMetric(name)).toBeUndefined();
  });

  it('has no figure where the variant could not be measured, not even a zero', () => {
    const failed = variant([cohort('good', { attempts: 0 })], { failure: 'the target did not start' });
    const empty = variant([cohort('good', { attempts: 0 })], { rounds: [] });
    for (const name of metricNames(['good'])) {
      expect([name, findMetric(name)?.read(failed), findMetric(name)?.read(empty)]).toEqual([
        name,
        null,
        null,
      ]);
    }
  });

  it('of false verdicts has no figure where nobody tried', () => {
    const idle = variant([cohort('good', { attempts: 0 })]);
    expect(findMetric('good.falseAccepts')?.read(idle)).toBeNull();
    expect(findMetric('all.falseAccepts')?.read(idle)).toBeNull();
    expect(findMetric('good.attempts')?.read(idle)).toBe(0);
  });

  it('of a latency that was never seen has no figure', () => {
    const cohorts = [
      cohort('good', {
        latencyMs: { authenticated: { count: 0, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 } },
      }),
    ];
    expect(
      findMetric('good.authenticated.p99')?.read(variant(cohorts, { rounds: [round(cohorts)] })),
    ).toBeNull();
  });
});

describe('the names', () => {
  it('of a run are all found, and the families of the documentation cover them', () => {
    const patterns = metricFamilies.map(({ pattern, unit }) => ({
      unit,
      match: new RegExp(`^${pattern.replaceAll('.', '\\.').replace('COHORT', 'good')}$`),
    }));
    for (const name of metricNames(['good'])) {
      const metric = findMetric(name);
      expect(metric?.name).toBe(name);
      expect(
        patterns.filter(({ match, unit }) => match.test(name) && unit === metric?.unit),
        name,
      ).toHaveLength(1);
    }
  });

  it('that belong to no cohort are the ones that no cohort may have', () => {
    expect([...reservedCohortNames]).toEqual([...metricScopes]);
  });
});
