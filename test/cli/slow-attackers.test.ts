import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Result } from '../../src/result/schema.ts';
import { certstorm, resultIn, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const scenario = `name: slow-attackers
corpus: { identities: 240 }
broker: { handshakeTimeout: 300ms }
load: { model: constant-arrival-rate, rate: 100, duration: 700ms, warmup: 0s, attemptTimeout: 1s, gracefulStop: 3s }
cohorts:
  - { name: good, expect: accept }
  - { name: silent, stopAfter: tcp-connect, expect: { outcome: reject, cause: handshake-timeout } }
  - { name: half, stopAfter: client-hello, expect: { outcome: reject, cause: handshake-timeout } }
  - { name: shown, stopAfter: certificate, expect: { outcome: reject, cause: handshake-timeout } }
  - { name: proved, stopAfter: certificate-verify, expect: { outcome: reject, cause: handshake-timeout } }
  - { name: mute, stopAfter: handshake, expect: { outcome: reject, cause: connect-timeout } }
  - { name: dripping, trickle: 2 bytes/s, expect: { outcome: reject, cause: handshake-timeout } }
  - { name: brisk, trickle: 200000 bytes/s, expect: accept }
variants:
  - { name: strict, set: {} }
  - { name: patient, set: { broker.handshakeTimeout: 10s, cohorts.silent.expect: reject, cohorts.half.expect: reject,
      cohorts.shown.expect: reject, cohorts.proved.expect: reject,
      cohorts.mute.expect: reject, cohorts.dripping.expect: reject } }
`;
const slow = ['silent', 'half', 'shown', 'proved', 'mute', 'dripping'];
let result: Result;

beforeAll(async () => {
  const file = join(folder.path, 'slow.yaml');
  writeFileSync(file, scenario);
  const out = join(folder.path, 'out');
  const { code, stderr, stdout } = await certstorm(['run', file, '--out', out], {
    cache: join(folder.path, 'cache'),
  });
  expect(code, stdout + stderr).toBe(0);
  result = resultIn(out);
});

const cohortsOf = (variant: string) =>
  (result.variants.find(({ name }) => name === variant)?.cohorts ?? []).map((cohort) => ({
    ...cohort,
    seen: cohort.outcomes.map(({ kind }) => kind),
  }));

it('who stops half-way or writes by the byte is made by the wire client, dropped by the handshake timeout, and counted alike on both sides', () => {
  expect(result.invalidReasons).toEqual([]);
  for (const { name, seen, attempts, driver, brokerCounts, falseAccepts, falseRejects } of cohortsOf(
    'strict',
  )) {
    expect({ falseAccepts, falseRejects }, name).toEqual({ falseAccepts: 0, falseRejects: 0 });
    expect(driver, name).toBe(name === 'good' ? 'node' : 'wire');
    expect(seen, name).toEqual([slow.includes(name) ? 'closed' : 'accepted']);
    const { abandoned, accepted } = brokerCounts ?? {};
    expect({ abandoned, accepted }, name).toEqual(
      slow.includes(name) ? { abandoned: attempts, accepted: 0 } : { abandoned: 0, accepted: attempts },
    );
  }
});

it('where the broker is more patient than they are, they leave when their time is up, which is no error', () => {
  for (const { name, seen, errors, attempts, brokerCounts } of cohortsOf('patient')) {
    expect(errors, name).toBe(0);
    expect(seen, name).toEqual([slow.includes(name) ? 'timeout' : 'accepted']);
    if (slow.includes(name)) expect(brokerCounts?.abandoned, name).toBe(attempts);
  }
});

it('they send no more than they say: nothing, a ClientHello, or two bytes a second', () => {
  const sent = (name: string) =>
    cohortsOf('patient').find((cohort) => cohort.name === name)?.bytes.sent ?? NaN;
  expect(sent('silent')).toBe(0);
  expect(sent('half')).toBeGreaterThan(150);
  const further = ['half', 'shown', 'proved', 'mute'].map(sent);
  expect(further).toEqual(further.toSorted((one, other) => one - other));
  expect(new Set(further).size).toBe(4);
  expect(sent('dripping')).toBeGreaterThanOrEqual(1);
  expect(sent('dripping')).toBeLessThanOrEqual(2);
});
