import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/result/schema.ts';
import {
  certstorm,
  type Finished,
  processesNaming,
  quickstart,
  resultIn,
  temporaryFolder,
} from './certstorm.ts';

const folder = temporaryFolder();
const cache = join(folder.path, 'cache');
const out = join(folder.path, 'out');
let run: Finished;
let result: Result;
afterAll(folder.remove);

beforeAll(async () => {
  run = await certstorm(
    ['run', quickstart, '--out', out, '--set', 'load.duration=4s', '--set', 'load.rate=120', '--seed', '7'],
    {
      cache,
    },
  );
  result = resultIn(out);
});

describe('the quickstart', () => {
  it('ends with a table, the path of the report, and exit code 0', () => {
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/good/);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatch(/report: .*report\.html$/);
  });

  it('leaves the files of a run and nothing else', () => {
    expect(readdirSync(out).sort()).toEqual(
      ['histograms.hlog', 'junit.xml', 'metrics.prom', 'report.html', 'result.json', 'summary.md'].sort(),
    );
    expect(readdirSync(join(cache, 'work'))).toEqual([]);
    expect(processesNaming(cache)).toEqual([]);
  });

  it('made 2,000 identities or more, in the nine cohorts', () => {
    expect(result.variants[0]?.corpus.identities).toBeGreaterThanOrEqual(2_000);
    const cohorts = result.variants[0]?.cohorts.map(({ name }) => name) ?? [];
    expect(cohorts).toEqual(
      expect.arrayContaining([
        'good',
        'expired',
        'not-yet-valid',
        'revoked',
        'unknown-ca',
        'self-signed',
        'wrong-eku',
        'no-certificate',
        'bad-signature',
      ]),
    );
  });

  it('gives a result that its published schema describes', async () => {
    const schema = await certstorm(['schema', 'result'], { cache });
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schema.stdout));
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...result, variants: 'none' })).toBe(false);
  });

  it('accounts for every attempt', () => {
    for (const variant of result.variants) {
      for (const { accounting } of [variant, ...variant.rounds]) {
        expect(accounting.scheduled).toBe(accounting.started + accounting.missedArrivals);
        expect(accounting.started).toBe(accounting.finished + accounting.unfinished);
      }
      const attempts = variant.cohorts.reduce((sum, cohort) => sum + cohort.attempts, 0);
      expect(attempts).toBe(variant.accounting.started);
      const outcomes = variant.cohorts.flatMap((cohort) => cohort.outcomes);
      expect(outcomes.reduce((sum, { count }) => sum + count, 0)).toBe(variant.accounting.finished);
    }
  });

  it("counts what the broker counts, cohort by cohort, each refusal for the cohort's own cause", () => {
    expect(result.invalidReasons).toEqual([]);
    const causes: Record<string, string> = {
      expired: 'CERT_HAS_EXPIRED',
      'not-yet-valid': 'CERT_NOT_YET_VALID',
      revoked: 'CERT_REVOKED',
      'wrong-eku': 'INVALID_PURPOSE',
      'bad-signature': 'CERT_SIGNATURE_FAILURE',
      // OpenSSL goes on after DEPTH_ZERO_SELF_SIGNED_CERT, for Node's callback lets it, and this is the error it ends with.
      'self-signed': 'UNABLE_TO_GET_CRL',
    };
    for (const cohort of result.variants[0]?.cohorts ?? []) {
      const accepted = cohort.outcomes.find(({ kind }) => kind === 'accepted')?.count ?? 0;
      const refused = cohort.attempts - accepted;
      expect(cohort.brokerCounts?.accepted, cohort.name).toBe(accepted);
      expect(cohort.brokerCounts?.refusedAtTls, cohort.name).toBe(refused);
      expect(cohort.falseAccepts + cohort.falseRejects, cohort.name).toBe(0);
      const cause = causes[cohort.name];
      if (cause !== undefined) expect(cohort.brokerCounts?.causes, cohort.name).toEqual({ [cause]: refused });
    }
  });

  it('times each phase of what it let in, and the refusal of what it did not', () => {
    for (const cohort of result.variants[0]?.cohorts ?? []) {
      const { tcpConnect, authenticated, rejected } = cohort.latencyMs;
      expect(tcpConnect?.count, cohort.name).toBe(cohort.attempts);
      const verdict = cohort.name === 'good' ? authenticated : rejected;
      expect(verdict?.count, cohort.name).toBe(cohort.attempts);
      expect(verdict?.p50, cohort.name).toBeGreaterThan(tcpConnect?.p50 ?? 0);
      const response = cohort.name === 'good' ? cohort.responseMs.authenticated : cohort.responseMs.rejected;
      // Response time counts from the scheduled start, which is never after the actual one.
      expect(response?.mean, cohort.name).toBeGreaterThanOrEqual(verdict?.mean ?? Number.POSITIVE_INFINITY);
    }
  });

  it('has no key in any output, and keys at rest are for their owner alone', () => {
    for (const name of readdirSync(out)) {
      expect(readFileSync(join(out, name), 'utf8')).not.toMatch(/PRIVATE KEY|"password": ?"/);
    }
    const entries = readdirSync(cache, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect(mode, entry.name).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
  });

  it('takes the corpus from the cache the next time', async () => {
    const again = await certstorm(
      [
        'run',
        quickstart,
        '--out',
        join(folder.path, 'again'),
        '--set',
        'load.duration=500ms',
        '--seed',
        '7',
        '--json',
      ],
      { cache },
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/corpus +(\d+) identities \(\1 from the cache\)/);
    expect(JSON.parse(again.stdout).schema).toBe('certstorm/result@1');
  });

  it('can have its reports made again from result.json alone', async () => {
    const dir = join(folder.path, 'reported');
    const { code, stderr } = await certstorm(
      ['report', join(out, 'result.json'), '--out', dir, '--format', 'html'],
      { cache },
    );
    expect(code, stderr).toBe(0);
    expect(existsSync(join(dir, 'report.html'))).toBe(true);
    expect(readFileSync(join(dir, 'report.html'), 'utf8')).toBe(
      readFileSync(join(out, 'report.html'), 'utf8'),
    );
  });
});

describe('a false accept', () => {
  it('is exit 91 whatever the latency', async () => {
    const { code, stdout } = await certstorm(
      [
        'run',
        quickstart,
        '--out',
        join(folder.path, 'false'),
        '--seed',
        '7',
        '--set',
        'load.duration=1s',
        '--set',
        'target.revocation=none',
      ],
      { cache },
    );
    expect(code).toBe(91);
    expect(stdout).toContain('revoked');
    const revoked = resultIn(join(folder.path, 'false')).variants[0]?.cohorts.find(
      ({ name }) => name === 'revoked',
    );
    expect(revoked?.falseAccepts).toBe(revoked?.attempts);
  });
});
