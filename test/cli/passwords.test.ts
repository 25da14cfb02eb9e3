import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { certstorm, resultIn, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

it('clients with a wrong password or none are refused at CONNECT, each for its own cause, the good ones let in', async () => {
  const file = join(folder.path, 'passwords.yaml');
  writeFileSync(
    file,
    `name: passwords
corpus: { identities: 40 }
target: { kind: bundled, connectAuth: password-hash }
load: { model: constant-vus, vus: 2, duration: 2s, warmup: 0s, attemptTimeout: 20s, gracefulStop: 20s }
cohorts:
  - { name: right, weight: 1, expect: accept }
  - { name: wrong, weight: 1, credentials: wrong, expect: { outcome: reject-at-connect, cause: bad_user_name_or_password } }
  - { name: nobody, weight: 1, credentials: none, expect: { outcome: reject-at-connect, cause: not_authorized } }
`,
  );
  const out = join(folder.path, 'out');
  const { code, stdout, stderr } = await certstorm(['run', file, '--out', out], {
    cache: join(folder.path, 'cache'),
  });
  expect(code, stdout + stderr).toBe(0);
  const [variant] = resultIn(out).variants;
  expect(variant?.labels).toMatchObject({ connectAuth: 'password-hash', refusedAt: 'connect' });
  for (const { name, attempts, brokerCounts } of variant?.cohorts ?? []) {
    expect(attempts, name).toBeGreaterThan(0);
    expect(brokerCounts?.[name === 'right' ? 'accepted' : 'refusedAtConnect'], name).toBe(attempts);
  }
  // scrypt with OWASP's parameters takes the broker a tenth of a second and more; a handshake takes it one or two milliseconds.
  expect(variant?.target.cpuMsPerAttempt).toBeGreaterThan(20);
});
