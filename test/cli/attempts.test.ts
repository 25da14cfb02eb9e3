import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/result/schema.ts';
import { certstorm, resultIn, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const scenario = `name: attempts
corpus: { identities: 240 }
broker: { handshakeTimeout: 30s }
load: { model: constant-arrival-rate, rate: 120, duration: 600ms, warmup: 0s, attemptTimeout: 20s, gracefulStop: 300ms }
cohorts:
  - { name: good, weight: 2, expect: accept }
  - { name: expired, defect: expired, expect: reject }
  - { name: silent, stopAfter: tcp-connect, expect: reject }
rounds: 2
`;
let result: Result;
let rows: Record<string, string>[];

beforeAll(async () => {
  const file = join(folder.path, 'attempts.yaml');
  writeFileSync(file, scenario);
  const out = join(folder.path, 'out');
  const { code, stderr, stdout } = await certstorm(['run', file, '--out', out, '--attempts'], {
    cache: join(folder.path, 'cache'),
  });
  // A busy machine makes it a measurement that is not valid; what was recorded is whole all the same.
  expect([0, 92], stdout + stderr).toContain(code);
  result = resultIn(out);
  rows = readRows(readFileSync(join(out, 'attempts.csv'), 'utf8'));
  expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
});

/** Enough of RFC 4180 for cells that have no quotes in them. */
function readRows(text: string): Record<string, string>[] {
  const [head = [], ...lines] = text
    .trimEnd()
    .split('\r\n')
    .map((line) => [...line.matchAll(/"([^"]*)"|([^,]+)|(?<=,)(?=,)/g)].map(([, a, b]) => a ?? b ?? ''));
  return lines.map((cells) => Object.fromEntries(head.map((name, column) => [name, cells[column] ?? ''])));
}

const variant = () => result.variants[0];
const ofCohort = (cohort: string) => rows.filter((row) => row.cohort === cohort);

describe('attempts.csv', () => {
  it('has a row for every attempt of every round, also for those that were cut off', () => {
    expect(rows.length).toBe(variant()?.accounting.started);
    for (const { index, accounting } of variant()?.rounds ?? []) {
      const own = rows.filter(({ round }) => round === String(index + 1));
      expect(own.length).toBe(accounting.started);
      expect(own.filter(({ outcome }) => outcome === 'unfinished').length).toBe(accounting.unfinished);
    }
    expect(variant()?.accounting.unfinished).toBeGreaterThan(0);
  });

  it('sums up to what the result says of outcomes and bytes, and its times lie in order', () => {
    for (const { name, outcomes, bytes } of variant()?.cohorts ?? []) {
      const own = ofCohort(name);
      const finished = own.filter(({ outcome }) => outcome !== 'unfinished');
      for (const { kind, detail, count } of outcomes)
        expect(finished.filter((row) => row.outcome === kind && row.detail === detail).length).toBe(count);
      const sent = finished.reduce((sum, { bytes_sent }) => sum + Number(bytes_sent), 0);
      expect(sent / Math.max(1, finished.length)).toBeCloseTo(bytes.sent, 6);
      for (const row of own) {
        const times = [row.started_ms, row.connected_ms, row.secured_ms, row.ended_ms].filter(Boolean);
        expect(times.map(Number)).toEqual(times.map(Number).toSorted((a, b) => a - b));
        expect(Number(row.started_ms)).toBeGreaterThanOrEqual(Number(row.scheduled_ms));
      }
    }
  });

  it('has the latencies that the histograms are made of', () => {
    const took = ofCohort('good').map(({ started_ms, ended_ms }) => Number(ended_ms) - Number(started_ms));
    const told = variant()?.cohorts[0]?.latencyMs.authenticated;
    expect(took.length).toBe(told?.count);
    expect(Math.max(...took)).toBeCloseTo(told?.max ?? NaN, 2);
    expect(Math.min(...took)).toBeCloseTo(told?.min ?? NaN, 2);
    expect(took.reduce((sum, ms) => sum + ms, 0) / took.length).toBeCloseTo(told?.mean ?? NaN, 2);
  });
});
