import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { certstorm, quickstart, temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
const options = { cache: join(folder.path, 'cache'), cwd: folder.path };
afterAll(folder.remove);

describe('init', () => {
  it('writes a scenario that validates, and never over a file that is there', async () => {
    const first = await certstorm(['init'], options);
    expect(first.code, first.stderr).toBe(0);
    const valid = await certstorm(['validate', 'scenario.yaml'], options);
    expect(valid.code, valid.stderr).toBe(0);
    expect(valid.stdout).toMatch(/scenario\.yaml is good/);
    const written = readFileSync(join(folder.path, 'scenario.yaml'), 'utf8');
    const second = await certstorm(['init'], options);
    expect(second.code).toBe(104);
    expect(second.stderr).toMatch(/is there already/);
    expect(readFileSync(join(folder.path, 'scenario.yaml'), 'utf8')).toBe(written);
  });
});

describe('validate', () => {
  it('prints the resolved plan with --json, flags included', async () => {
    const { code, stdout } = await certstorm(
      ['validate', quickstart, '--json', '--seed', '9', '--rounds', '3', '--set', 'load.duration=2s'],
      options,
    );
    expect(code).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({ schema: 'certstorm/plan@1', seed: 9, rounds: 3 });
    expect(plan.variants[0].load.durationMs).toBe(2_000);
  });
});

describe('schema', () => {
  it('prints what is committed for editors', async () => {
    const { stdout } = await certstorm(['schema'], options);
    const committed = readFileSync(new URL('../../scenarios/schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(committed));
    const unknown = await certstorm(['schema', 'plan'], options);
    expect(unknown.code).toBe(104);
    expect(unknown.stderr).toContain('scenario, result');
  });
});

describe('doctor', () => {
  it('finds this machine fit, and one with 64 file descriptors not', async () => {
    const here = await certstorm(['doctor'], options);
    expect(here.code, here.stdout).toBe(0);
    expect(here.stdout).toContain(`OpenSSL ${process.versions.openssl}`);
    const few = await certstorm(['doctor', '--json'], { ...options, shell: 'ulimit -n 64;' });
    expect(few.code).toBe(1);
    const findings: { subject: string; state: string; mend?: string }[] = JSON.parse(few.stdout);
    expect(findings.find(({ state }) => state === 'bad')).toMatchObject({
      subject: 'file descriptors',
      mend: expect.stringContaining('ulimit -n'),
    });
  });
});

describe('pki', () => {
  it('writes numbered identities that openssl verifies, keys for their owner alone', async () => {
    const out = join(folder.path, 'pem');
    const { code, stderr } = await certstorm(
      ['pki', out, '--count', '12', '--algorithm', 'ecdsa-p256', '--seed', '4'],
      options,
    );
    expect(code, stderr).toBe(0);
    const certificates = readdirSync(out).filter((name) => /^c\d{5}\.crt$/.test(name));
    expect(certificates).toHaveLength(12);
    const verified = execFileSync(
      'openssl',
      [
        'verify',
        '-purpose',
        'sslclient',
        '-CAfile',
        join(out, 'ca.crt'),
        ...certificates.map((name) => join(out, name)),
      ],
      { encoding: 'utf8' },
    );
    expect(verified.match(/: OK$/gm)).toHaveLength(12);
    expect(statSync(join(out, 'c00001.key')).mode & 0o777).toBe(0o600);
  });

  it("writes a scenario's cohorts, and openssl agrees with what the scenario expects of each", async () => {
    const out = join(folder.path, 'cohorts');
    const { code, stderr } = await certstorm(['pki', out, '--scenario', writeScenario(folder.path)], options);
    expect(code, stderr).toBe(0);
    const verify = (prefix: string) => {
      const files = readdirSync(out).filter((name) => name.startsWith(`${prefix}-`) && name.endsWith('.crt'));
      const check = [
        'verify',
        '-crl_check',
        '-CAfile',
        join(out, 'ca.crt'),
        '-CRLfile',
        join(out, 'crl.pem'),
      ];
      const answers = files.map((name) => {
        try {
          return execFileSync('openssl', [...check, join(out, name)], { encoding: 'utf8', stdio: 'pipe' });
        } catch (error) {
          return error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
        }
      });
      return { files: files.length, answers };
    };
    const good = verify('good');
    expect(good.files).toBe(45);
    for (const answer of good.answers) expect(answer).toMatch(/: OK/);
    const revoked = verify('revoked');
    expect(revoked.files).toBe(15);
    for (const answer of revoked.answers) expect(answer).toContain('certificate revoked');
  });

  it('writes PKCS #12 files, takes up a folder where it was left, and looks after the cache', async () => {
    const out = join(folder.path, 'p12');
    const flags = ['--count', '3', '--algorithm', 'ed25519', '--format', 'p12', '--password', 'secret'];
    flags.push('--keys', 'pooled', '--ca-algorithm', 'ecdsa-p256');
    const { code, stderr } = await certstorm(['pki', out, ...flags], options);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('WARNING: all ed25519 identities share 200 keys (keys: pooled)');
    expect(new X509Certificate(readFileSync(join(out, 'ca.crt'))).publicKey.asymmetricKeyType).toBe('ec');
    const read = ['pkcs12', '-in', join(out, 'c00003.p12'), '-passin', 'pass:secret', '-nokeys'];
    expect(execFileSync('openssl', read, { encoding: 'utf8', stdio: 'pipe' })).toContain('CERTIFICATE');
    rmSync(join(out, 'c00002.p12'));
    expect((await certstorm(['pki', out, ...flags], options)).stdout).toContain(
      '3 identities (2 were there)',
    );
    const swept = await certstorm(['pki', '--gc'], options);
    expect(swept.stdout).toMatch(/^0 files \(0\.0 MiB\) removed from .*, \d+ used within 30 days kept\n$/);
    for (const wrong of [['pki'], ['pki', out, '--gc'], ['pki', out, '--format', 'jks']])
      expect((await certstorm(wrong, options)).code).toBe(104);
  });

  it('leaves a folder alone that is not its own, and refuses an algorithm that it does not know', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir.path, 'precious.txt'), 'mine');
    const foreign = await certstorm(['pki', dir.path, '--count', '1'], options);
    expect(foreign.code).not.toBe(0);
    expect(foreign.stderr).toContain('precious.txt');
    expect(readdirSync(dir.path)).toEqual(['precious.txt']);
    dir.remove();
    const unknown = await certstorm(['pki', join(folder.path, 'x'), '--algorithm', 'ecdsa-p257'], options);
    expect(unknown.code).toBe(104);
    expect(unknown.stderr).toContain('ecdsa-p256');
  });
});
