import { describe, expect, test } from 'vitest';
import { auditRound } from '../../src/run/audit.ts';
import { compareSources } from '../../src/run/cpu-sources.ts';
import type { MeasuredRound } from '../../src/run/measured-round.ts';
import type { LoadPlan } from '../../src/scenario/plan.ts';
import { type CpuReading, secondSource } from '../../src/targets/cpu-reading.ts';
import { cohortRecording, recordingOf } from './recordings.ts';

const reading = (usedMs: number, otherMs: number, grainMs = 10): CpuReading => ({
  used: { source: 'getrusage', ms: usedMs },
  other: { source: '/proc/PID/stat', ms: otherMs },
  grainMs,
});
const pair = (usedMs: number, otherMs: number, grainMs?: number) => ({
  before: reading(5000, 7000, grainMs),
  after: reading(5000 + usedMs, 7000 + otherMs, grainMs),
});

describe('two sources of one CPU', () => {
  test('agree within a twentieth, or within their grain', () => {
    expect(compareSources([pair(1000, 1049)])).toMatchObject({ usedMs: 1000, otherMs: 1049, agree: true });
    expect(compareSources([pair(1000, 1051)])?.agree).toBe(false);
    expect(compareSources([pair(100, 140)])?.agree).toBe(false);
    expect(compareSources([pair(100, 140, 40)])?.agree).toBe(true);
    expect(compareSources([pair(1000, 900), pair(1000, 1100)])).toMatchObject({
      usedMs: 2000,
      otherMs: 2000,
      difference: 0,
      agree: true,
    });
  });

  test('are none where a reading is missing', () => {
    expect(compareSources([{ before: null, after: reading(1, 1) }])).toBeUndefined();
    expect(compareSources([{ before: null, after: null }, pair(10, 10)])?.usedMs).toBe(10);
  });
});

const idle = {
  cpuUserMs: 1,
  cpuSystemMs: 1,
  collections: { count: 0, totalMs: 0, maxMs: 0 },
  eventLoopLagMs: { p50: 0, p99: 0, max: 0 },
  scheduleErrorMs: { p50: 0, p99: 0, max: 0 },
};

/** What the audit says of a round in which broker, database and auth service spent so. */
function said(broker: [number, number], database: [number, number], auth: [number, number]): string[] {
  const ends = { broker: pair(...broker), database: pair(...database), auth: pair(...auth) };
  const side = (which: 'before' | 'after') => [
    { service: 'database', cpu: ends.database[which] },
    { service: 'auth', cpu: ends.auth[which] },
  ];
  const round = {
    before: { cpu: ends.broker.before },
    after: { cpu: ends.broker.after },
    services: { before: side('before'), after: side('after') },
    storm: {
      recording: recordingOf([cohortRecording([])]),
      lostWorkers: [],
      elapsedMs: 1000,
      generator: idle,
    },
    troubles: [],
  } as unknown as MeasuredRound;
  return auditRound(round, { model: 'constant-vus' } as LoadPlan, 1, 'here');
}

test('a round is not valid where the sources of broker, database or service disagree, and says whose and which', () => {
  expect(said([2000, 2050], [500, 520], [100, 100])).toEqual([]);
  expect(said([2000, 2400], [500, 520], [100, 100])).toEqual([
    expect.stringMatching(
      /^here: the CPU of the broker is 2000 ms by getrusage and 2400 ms by \/proc\/PID\/stat: one/,
    ),
  ]);
  expect(said([2000, 2000], [500, 900], [100, 900])).toEqual([
    expect.stringContaining('the CPU of the database is 500 ms'),
    expect.stringContaining('the CPU of the auth service is 100 ms'),
  ]);
});

test.runIf(process.platform === 'linux')('the second source of a real process is what it says itself', () => {
  const before = secondSource(process.pid);
  const own = process.cpuUsage();
  const until = performance.now() + 150;
  while (performance.now() < until) Math.sqrt(until);
  const spent = process.cpuUsage(own);
  const ms = (secondSource(process.pid)?.ms ?? NaN) - (before?.ms ?? NaN);
  expect(Math.abs(ms - (spent.user + spent.system) / 1000)).toBeLessThan(15);
});
