import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/targets/find-program.ts';
import {
  certstorm,
  childrenOf,
  processesNaming,
  resultIn,
  root,
  start,
  temporaryFolder,
} from './certstorm.ts';

const installed = findProgram('mosquitto') !== undefined;
const name = installed
  ? 'a run against Mosquitto'
  : 'a run against Mosquitto (skipped: it is not installed; `npm run brokers:install -- mosquitto`)';

describe.runIf(installed)(name, () => {
  const folder = temporaryFolder();
  const cache = join(folder.path, 'cache');
  afterAll(folder.remove);

  test('by scenarios/brokers.yaml names the alerts, and leaves its configuration and no secret', async () => {
    const out = join(folder.path, 'brokers');
    const flags = ['--variant', 'mosquitto', '--rounds', '1'];
    const set = ['load.duration=1s', 'load.warmup=100ms', 'corpus.identities=120'].flatMap((each) => [
      '--set',
      each,
    ]);
    const { code, stdout, stderr } = await certstorm(
      ['run', join(root, 'scenarios/brokers.yaml'), ...flags, ...set, '--out', out],
      { cache },
    );
    expect(code, stdout + stderr).toBe(0);
    const [variant] = resultIn(out).variants;
    const seen = Object.fromEntries(
      (variant?.cohorts ?? []).map(({ name: cohort, outcomes }) => [
        cohort,
        outcomes.map(({ kind, detail }) => `${kind} ${detail}`.trim()),
      ]),
    );
    expect(seen).toEqual({
      good: ['accepted'],
      expired: ['tls-alert certificate_expired (45)'],
      revoked: ['tls-alert certificate_revoked (44)'],
      'unknown-ca': ['tls-alert unknown_ca (48)'],
      'no-certificate': ['tls-alert certificate_required (116)'],
      'wrong-key': ['tls-alert decrypt_error (51)'],
    });
    expect(variant?.target.tuned).toEqual(['set_tcp_nodelay true', 'persistence false']);
    // Its log counts what the clients count, cohort by cohort: else the run were not valid.
    expect(variant?.cohorts.every(({ brokerCounts }) => brokerCounts !== undefined)).toBe(true);
    const kept = join(out, 'targets', 'mosquitto');
    expect(readdirSync(kept).toSorted()).toEqual(['mosquitto.conf', 'mosquitto.log']);
    for (const file of readdirSync(kept))
      expect(readFileSync(join(kept, file), 'utf8')).not.toMatch(/PRIVATE KEY/);
  });

  test('that dies in mid-round tells how, with its last words, and the others go on', async () => {
    const scenario = join(folder.path, 'dies.yaml');
    writeFileSync(
      scenario,
      `name: dies
seed: 2
corpus: { identities: 20 }
load: { model: constant-vus, vus: 1, duration: 300ms }
cohorts: [{ name: good, expect: accept }]
variants:
  - { name: dies, set: { target.kind: mosquitto, load.duration: 30s } }
  - { name: lives, set: { target.kind: mosquitto, target.transport: tcp } }
  - { name: cannot, set: { target.kind: mosquitto, target.revocation: ocsp } }
`,
    );
    const out = join(folder.path, 'dies');
    const run = start(['run', scenario, '--out', out], { cache });
    const strike = async (variant: string, signal: NodeJS.Signals, afterMs: number) => {
      await run.told(`${variant}: Mosquitto`);
      await delay(afterMs);
      const read = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
      const struck = childrenOf(run.pid).filter(
        (pid) => read(pid, 'comm').trim() === 'mosquitto' && read(pid, 'cmdline').includes(`/${variant}/`),
      );
      expect(struck).toHaveLength(1);
      for (const pid of struck) process.kill(pid, signal);
    };
    await strike('dies', 'SIGKILL', 1_500);
    const { code, stdout, stderr } = await run.finished;
    expect(code, stdout + stderr).toBe(92);
    const { variants, invalidReasons } = resultIn(out);
    expect(invalidReasons.join('\n')).toMatch(
      /variant 'dies', round 1: the broker was killed by SIGKILL \d+\.\d s into the round; its last words: \S/,
    );
    const of = (variant: string) => variants.find((each) => each.name === variant);
    expect(of('dies')?.accounting.finished).toBeGreaterThan(5);
    expect(of('lives')?.accounting.finished).toBeGreaterThan(5);
    expect(of('cannot')?.failure).toBe('mosquitto has no OCSP for client certificates');
    expect(processesNaming(cache)).toEqual([]);
  });
});
