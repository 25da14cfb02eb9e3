import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec } from '../../src/pki/identity.ts';
import { algorithms, type Defect, defects, makeCorpus } from '../../src/pki/index.ts';
import { scratchFolder } from './scratch.ts';
import { cohortOf, everyDefect } from './specs.ts';

/** Where Go's crypto/x509 says something else of a certificate than RFC 5280 by our registry. */
const otherwise: Readonly<Record<string, string>> = {
  // It looks at no key usage and no key size: that is left to crypto/tls and to whoever uses it.
  'weak-rsa': 'OK',
  'wrong-key-usage': 'OK',
  'ca-as-leaf': 'OK',
  // More lenient than DER and the profile.
  'overlong-serial': 'OK',
  'x509-v1-with-extensions': 'OK',
  'generalized-time-before-2050': 'OK',
  'time-without-seconds': 'OK',
  'time-with-offset': 'OK',
  'empty-subject': 'OK',
  'huge-subject': 'OK',
  // Stricter: it parses none since Go 1.23.
  'negative-serial': 'parse',
};

/** What Go calls it where it refuses as we do. */
function refusal({ name, verifyErrors, encoding, revoked }: Defect): string {
  if (encoding !== undefined) return 'parse';
  if (revoked) return 'revoked';
  const own: Readonly<Record<string, string>> = {
    'signature-algorithm-mismatch': 'parse',
    'duplicate-extension': 'parse',
    'fractional-seconds': 'parse',
    'wrong-eku': 'usage',
    'path-length-exceeded': 'path length',
    'unknown-critical-extension': 'critical extension',
    // It knows no constraints on directory names, and these are critical.
    'name-constraint-violated': 'critical extension',
  };
  const times = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];
  return own[name] ?? (times.includes(verifyErrors[0] ?? '') ? 'expired' : 'unknown authority');
}

const installed = spawnSync('go', ['version']).status === 0;

describe.skipIf(!installed)('Go’s crypto/x509 (where Go is installed)', () => {
  const folder = scratchFolder();
  const oracle = join(folder, 'x509');
  beforeAll(() => {
    const source = fileURLToPath(new URL('../oracles/x509/', import.meta.url));
    execFileSync('go', ['build', '-o', oracle, '.'], { cwd: source });
  }, 180_000);

  type Answer = {
    Chains: Record<string, string>;
    Crls: { Error: string; Entries: number; Number: string }[];
  };

  function ask(corpus: Corpus): Answer {
    const question = {
      Roots: derOf(corpus.clientCaFile),
      Crls: derOf(corpus.crlFile),
      Time: '2026-01-01T00:00:00Z',
      Chains: Object.fromEntries(
        corpus.cohorts.map(({ name, identities: [first] }) => [
          name,
          first?.chain.map((certificate) => Buffer.from(certificate).toString('base64')) ?? [],
        ]),
      ),
    };
    const told = execFileSync(oracle, {
      input: JSON.stringify(question),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    return JSON.parse(told) as Answer;
  }

  const make = (spec: CorpusSpec) => makeCorpus(spec, { cacheDir: join(folder, 'cache') });

  test('judges every certificate as the registry says, or as the table of exceptions', async () => {
    const { Chains: told, Crls: crls } = ask(await make(everyDefect(1)));
    for (const defect of defects.filter(({ certificate, lie }) => certificate && lie === undefined)) {
      const expected = otherwise[defect.name] ?? (defect.expect === 'accept' ? 'OK' : refusal(defect));
      expect([defect.name, told[cohortOf(defect.name)]]).toEqual([defect.name, expected]);
    }
    expect(crls[0]).toEqual({ Error: '', Entries: 50, Number: '1' });
  });

  test('verifies what every algorithm that it knows has signed, and the CRL', async () => {
    const known = algorithms.filter(
      ({ name, unavailable }) =>
        unavailable === undefined && !name.startsWith('ml-dsa') && !/rsa-[34]/.test(name),
    );
    for (const { name } of known) {
      const spec = everyDefect(1, { algorithm: name, keys: 'pooled', keyPool: 1 });
      const cohorts = spec.cohorts.filter((cohort) => ['none', 'revoked'].includes(cohort.defect));
      const { Chains: told, Crls: crls } = ask(await make({ ...spec, cohorts }));
      // Go knows no key that is restricted to RSASSA-PSS, so it can't use such a CA's.
      const good = name === 'rsa-pss-2048' ? 'unknown authority' : 'OK';
      expect([name, told.good, crls[0]?.Error === '']).toEqual([name, good, good === 'OK']);
    }
  });

  test.each([2, 4])('builds a chain of depth %i, of two roots that are cross-signed', async (depth) => {
    const spec = everyDefect(2, { authorities: { depth, roots: 2, crossSigned: true, trust: 'first-root' } });
    const cohorts = spec.cohorts.filter((cohort) => ['none', 'revoked', 'expired'].includes(cohort.defect));
    const corpus = await make({ ...spec, cohorts });
    const second = {
      ...corpus,
      cohorts: corpus.cohorts.map((cohort) => ({ ...cohort, identities: cohort.identities.slice(1) })),
    };
    for (const half of [corpus, second])
      expect(ask(half).Chains).toMatchObject({ good: 'OK', expired: 'expired' });
  });

  test('reads a CRL of 100,000 entries', async () => {
    const spec = everyDefect(1, { crlEntries: 100_000 });
    const corpus = await make({ ...spec, cohorts: spec.cohorts.slice(0, 1) });
    expect(ask(corpus).Crls).toEqual([{ Error: '', Entries: 100_000, Number: '1' }]);
  });
});

const derOf = (file: string): string[] =>
  (readFileSync(file, 'latin1').match(/-----BEGIN[^-]*-----[^-]*-----END/g) ?? []).map((block) =>
    block.replaceAll(/-----BEGIN[^-]*-----|-----END|\n/g, ''),
  );
