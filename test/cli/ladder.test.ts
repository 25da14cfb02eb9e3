import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it, test } from 'vitest';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { isUp, postgresPort, redisPort } from '../broker/databases-up.ts';
import { certstorm, resultIn, start, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
const cache = join(folder.path, 'cache');
afterAll(folder.remove);

const scenario = new URL('../../scenarios/rejection-cost.yaml', import.meta.url).pathname;
const [postgresUp, redisUp] = [await isUp(postgresPort), await isUp(redisPort)];
const postgresGroup = [
  ...readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/^\S+ \S+ \S+ \/ (\S+) .*- cgroup2 /gm),
].some(([, mount]) => existsSync(`${mount}/certstorm-postgres-${postgresPort}/cgroup.procs`));
/** What counts beside the broker, and what it calls the question. */
const steps = [
  { name: 'password-in-memory', asked: null, up: true },
  { name: 'password-hash-argon2id', asked: null, up: true },
  { name: 'database-sqlite', asked: null, up: true },
  { name: 'database-postgres', asked: ['database', 'lookup'], up: postgresUp },
  { name: 'database-redis', asked: ['database', 'lookup'], up: redisUp },
  { name: 'webservice-json', asked: ['auth', 'POST'], up: true },
] as const;

it('whatever is asked at CONNECT, clients, broker, database and service count the same attempts', async () => {
  const out = join(folder.path, 'out');
  const { code, stdout, stderr } = await certstorm(
    [
      ...[
        'run',
        scenario,
        '--out',
        out,
        '--rounds',
        '1',
        '--set',
        'load.duration=200ms',
        '--set',
        'load.memoryProbe=',
      ],
      ...['--set', 'load.warmup=0s', ...steps.flatMap(({ name }) => ['--variant', name])],
    ],
    { cache },
  );
  const { variants, invalidReasons } = resultIn(out);
  expect(invalidReasons).toEqual([]);
  expect(code, stdout + stderr).toBe(0);
  for (const { name, asked, up } of steps) {
    const variant = variants.find((each) => each.name === name);
    const [client] = variant?.cohorts ?? [];
    if (!up) {
      // Left out and named where the database is not up: npm run services:up.
      expect(variant, name).toMatchObject({
        notInstalled: true,
        failure: expect.stringContaining('services:up'),
      });
      continue;
    }
    const attempts = client?.attempts ?? 0;
    expect(attempts, name).toBeGreaterThan(0);
    expect(client?.outcomes, name).toEqual([
      { kind: 'connack-refused', detail: 'bad user name or password (4)', count: attempts },
    ]);
    expect(client?.brokerCounts, name).toMatchObject({
      refusedAtConnect: attempts,
      accepted: 0,
      refusedAtTls: 0,
    });
    const [service] = variant?.services ?? [];
    if (asked === null) expect(service, name).toBeUndefined();
    else expect([service?.kind, service?.requests?.[asked[1]]], name).toEqual([asked[0], attempts]);
    // The services that `npm run services:up` starts as root of a machine with cgroup v2 have a second account that is not rounded.
    if (name === 'database-postgres' && postgresGroup) {
      expect(service?.cpuSources).toMatchObject({ other: 'cgroup cpu.stat', agree: true });
      expect(service?.cpuSources?.grainMs).toBeLessThan(50);
    }
  }
});

test.skipIf(!redisUp)(
  'where the database counts more than the clients, the run is not valid (skipped where Redis is not up: npm run services:up)',
  async () => {
    const out = join(folder.path, 'mismatch');
    const run = start(
      [
        'run',
        scenario,
        '--out',
        out,
        '--rounds',
        '1',
        '--set',
        'load.duration=600ms',
        '--set',
        'load.memoryProbe=',
        '--variant',
        'database-redis',
      ],
      { cache },
    );
    // Somebody else asks the same database all the while.
    let over = false;
    void run.finished.then(() => {
      over = true;
    });
    while (!over)
      await promisify(execFile)('redis-cli', ['-p', String(redisPort), 'hmget', 'nobody', 'record']);
    expect((await run.finished).code).toBe(92);
    expect(resultIn(out).invalidReasons.join('\n')).toMatch(
      /the database was asked \d+ times by its own count, by the clients' \d+ times/,
    );
  },
);

test('of the same ladder Mosquitto has the steps in TLS and the password file; the others are cells with a reason', async () => {
  const { variants } = await readScenario(scenario, vocabulary, {
    set: ['target.kind=mosquitto'],
    variants: [],
  });
  const possible = variants.filter(({ impossible }) => impossible === undefined).map(({ name }) => name);
  expect(possible).toEqual([
    'accepted',
    'unknown-ca',
    'expired',
    'no-certificate',
    'revoked-crl-native',
    'password-hash-argon2id',
  ]);
  for (const { name, impossible } of variants)
    if (!possible.includes(name)) expect(impossible, name).toMatch(/^mosquitto /);
});
