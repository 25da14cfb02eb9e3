import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadModels } from '../../src/scenario/load-models.ts';
import { backoffPolicies } from '../../src/scenario/load-schema.ts';
import { backoffPolicies as policies } from '../../src/storm/schedules/backoff.ts';
import { scheduleModels } from '../../src/storm/schedules/index.ts';
import { readOne, scenario, sentencesOf } from './written.ts';

const folder = mkdtempSync(join(tmpdir(), 'certstorm-trace-'));
afterAll(() => rmSync(folder, { recursive: true }));

function traceFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const load = (fields: string) => scenario({ load: `load: { ${fields} }` });

describe('load models', () => {
  it('are those that the storm can play, and the search for a limit', () => {
    expect([...loadModels].sort()).toEqual([...scheduleModels, 'find-limit'].sort());
    expect([...backoffPolicies]).toEqual(policies);
  });

  it('have all that the storm needs in the plan', async () => {
    expect(
      (await readOne(load('model: constant-vus, vus: 3, duration: 5s, thinkTime: 200ms'))).load.thinkMs,
    ).toBe(200);
    expect((await readOne(load('model: thundering-herd, clients: 50, duration: 5s'))).load).toMatchObject({
      clients: 50,
      spreadMs: 1_000,
    });
    const objective = 'good.authenticated.p99 < 250ms';
    const limit = `model: find-limit, rate: 10, duration: 1s, objective: '${objective}', precision: 5%`;
    expect((await readOne(load(limit))).load).toMatchObject({ objective, precision: 0.05 });
    const file = traceFile('good.csv', 'time,cohort\n0,good\n0.5,good\n\n2.25,good\n');
    expect(
      (await readOne(load(`model: trace, trace: { file: ${file}, speed: 10 }, duration: 1s`))).load.trace,
    ).toEqual({ file, speed: 10 });
  });

  it.each<[string, () => string, RegExp]>([
    [
      'a storm without its cut',
      () => 'model: reconnect-storm, clients: 5, duration: 5s',
      /load\.cutAt: missing/,
    ],
    [
      'a cut after the end',
      () => 'model: reconnect-storm, clients: 5, spread: 1s, cutAt: 6s, duration: 5s',
      /cutAt: the clients are cut when the round is over/,
    ],
    [
      'a cut before everyone is there',
      () => 'model: reconnect-storm, clients: 5, cutAt: 2s, duration: 9s',
      /cutAt: .* before all of them have connected/,
    ],
    [
      'a cap below the base',
      () =>
        'model: reconnect-storm, clients: 5, cutAt: 6s, duration: 9s, backoff: { policy: fixed, base: 9s, cap: 2s }',
      /backoff: the longest wait is shorter than the first/,
    ],
    [
      'clients that leave before the cut',
      () => 'model: reconnect-storm, clients: 5, cutAt: 6s, duration: 9s',
      /cohorts\[0\]: no session, and model reconnect-storm cuts sessions/,
    ],
    [
      'an unknown policy',
      () => 'model: reconnect-storm, clients: 5, cutAt: 6s, duration: 9s, backoff: { policy: jitter }',
      /unknown back-off policy 'jitter'/,
    ],
    [
      'an objective that is none',
      () => 'model: find-limit, rate: 10, duration: 1s, objective: good.p99 < 3',
      /load\.objective: .* is no objective: expected .*; did you mean/,
    ],
    ['a herd of nobody', () => 'model: thundering-herd, clients: 0, duration: 1s', /clients: 0 is too small/],
    ['a rate for virtual users', () => 'model: constant-vus, vus: 2, rate: 3, duration: 1s', /has no rate/],
    ['a round of no length', () => 'model: poisson, rate: 5, duration: 0s', /load\.duration: .*0s/],
    [
      'a stage of no length',
      () => 'model: ramping-arrival-rate, stages: [{ duration: 0s, target: 5 }]',
      /load\.stages\[0\]\.duration: .*0s/,
    ],
    ['a rate beyond all limits', () => 'model: poisson, rate: 2e6, duration: 1s', /load\.rate: .*1000000/],
    ['no virtual user', () => 'model: constant-vus, vus: 0, duration: 1s', /load\.vus: 0 makes no attempt/],
    ['a rate of 0', () => 'model: poisson, rate: 0, duration: 1s', /load\.rate: 0 makes no attempt/],
    [
      'too many attempts',
      () => 'model: poisson, rate: 1000000, duration: 40h',
      /attempts over all rounds are too many: expected at most 2147483647/,
    ],
    [
      'a trace out of order',
      () => `model: trace, duration: 1s, trace: { file: ${traceFile('a.csv', '3,good\n1,good\n')} }`,
      /line 2: 1 s comes before the line ahead of it/,
    ],
    [
      'a trace of an unknown cohort',
      () => `model: trace, duration: 1s, trace: { file: ${traceFile('b.csv', '3,bad\n')} }`,
      /line 1: there is no cohort 'bad'/,
    ],
    [
      'an empty trace',
      () => `model: trace, duration: 1s, trace: { file: ${traceFile('c.csv', 'time,cohort\n')} }`,
      /holds no arrival/,
    ],
    ['no trace', () => `model: trace, duration: 1s, trace: { file: ${folder}/none.csv }`, /cannot be read/],
  ])('%s: a sentence', async (_, fields, sentence) => {
    expect((await sentencesOf(load(fields()))).join('\n')).toMatch(sentence);
  });
});
