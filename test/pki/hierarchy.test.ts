import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AuthoritiesSpec, Corpus, CorpusSpec } from '../../src/pki/identity.ts';
import { defects, makeCorpus } from '../../src/pki/index.ts';
import { opensslVerify } from './openssl-verify.ts';
import { firstLeaf, identitiesOf, leafOf, openssl, scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');

const spec = (authorities: AuthoritiesSpec, more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 40,
  cohorts: [
    { name: 'good', defect: 'none', identities: 4 },
    { name: 'revoked', defect: 'revoked', identities: 4 },
    { name: 'expired', defect: 'expired', identities: 1 },
  ],
  authorities,
  ...more,
});
const make = (authorities: AuthoritiesSpec, more: Partial<CorpusSpec> = {}) =>
  makeCorpus(spec(authorities, more), { cacheDir });

/** Every certificate of every chain is asked for in the CRLs, as Node and Mosquitto do. */
function verdictsOf(corpus: Corpus, cohort: string, flags: readonly string[] = []): string[] {
  const named = new Map(identitiesOf(corpus, cohort).map((identity, i) => [`${cohort}.${i}`, identity]));
  const verdicts = opensslVerify(folder, corpus, named, ['-x509_strict', '-crl_check_all', ...flags]);
  return [...named.keys()].map((name) => verdicts.get(name) ?? 'nothing said');
}
const trusted = (corpus: Corpus): number =>
  readFileSync(corpus.clientCaFile, 'latin1').split('BEGIN').length - 1;

describe.each([1, 2, 3, 4])('a chain of depth %i', (depth) => {
  test('sent along is verified, revocation and all', async () => {
    const corpus = await make({ depth });
    expect(identitiesOf(corpus, 'good')[0]?.chain).toHaveLength(depth);
    expect(trusted(corpus)).toBe(1);
    expect(verdictsOf(corpus, 'good')).toEqual(Array(4).fill('OK'));
    expect(verdictsOf(corpus, 'revoked')).toEqual(Array(4).fill('CERT_REVOKED'));
    expect(verdictsOf(corpus, 'expired')).toEqual(['CERT_HAS_EXPIRED']);
    expect(corpus.crl.entries).toBe(40);
  });

  test('withheld is verified by a broker that has it', async () => {
    const corpus = await make({ depth, intermediates: 'withheld' });
    expect(identitiesOf(corpus, 'good')[0]?.chain).toHaveLength(1);
    expect(trusted(corpus)).toBe(depth);
    expect(readFileSync(corpus.serverCaFile, 'latin1').split('BEGIN')).toHaveLength(2);
    expect(verdictsOf(corpus, 'good')).toEqual(Array(4).fill('OK'));
  });
});

test('every defect comes to the same below an intermediate CA', async () => {
  const kinds = defects.filter(
    ({ certificate, undecodable, weakKey }) => certificate && !undecodable && !weakKey,
  );
  const cohorts = kinds.map(({ name }) => ({
    name: name === 'none' ? 'good' : name,
    defect: name,
    identities: 1,
    endsAtMs: Date.UTC(2025, 5, 2),
  }));
  const corpus = await make({ depth: 2 }, { cohorts });
  const named = new Map(
    corpus.cohorts.flatMap(({ name, identities: [one] }) => (one ? [[name, one] as const] : [])),
  );
  const verdicts = opensslVerify(folder, corpus, named);
  for (const { name, verifyErrors } of kinds)
    expect([name, verdicts.get(name === 'none' ? 'good' : name)]).toEqual([name, verifyErrors[0] ?? 'OK']);
});

describe('two roots', () => {
  test('trusted together let the clients of both in', async () => {
    const corpus = await make({ roots: 2 });
    expect(trusted(corpus)).toBe(2);
    const issuers = identitiesOf(corpus, 'good').map(
      (identity) => new X509Certificate(leafOf(identity)).issuer,
    );
    expect(new Set(issuers).size).toBe(2);
    expect(verdictsOf(corpus, 'good')).toEqual(Array(4).fill('OK'));
    expect(verdictsOf(corpus, 'revoked')).toEqual(Array(4).fill('CERT_REVOKED'));
    expect(corpus.crl.entries).toBe(40);
  });

  test('of which the broker trusts the old one alone keep the clients of the new one out', async () => {
    const corpus = await make({ roots: 2, trust: 'first-root' });
    const verdicts = verdictsOf(corpus, 'good');
    expect(verdicts).toEqual([
      'OK',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'OK',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ]);
  });

  test.each([1, 3])('cross-signed let them in all the same, at depth %i', async (depth) => {
    const corpus = await make({ roots: 2, trust: 'first-root', crossSigned: true, depth });
    expect(trusted(corpus)).toBe(1);
    const [old, young] = identitiesOf(corpus, 'good');
    expect(old?.chain).toHaveLength(depth);
    expect(young?.chain).toHaveLength(depth + 1);
    expect(verdictsOf(corpus, 'good')).toEqual(Array(4).fill('OK'));
    expect(verdictsOf(corpus, 'revoked')).toEqual(Array(4).fill('CERT_REVOKED'));
  });
});

describe('what the issuing CA may do', () => {
  test('a path length and name constraints are in its certificate, and hold', async () => {
    const constraints = {
      permitted: [
        'dir:O=certstorm',
        'dns:.example.org',
        'ip:10.0.0.0/8',
        'email:example.org',
        'uri:.example.org',
      ],
      excluded: ['dns:bad.example.org'],
    };
    const cohort = (name: string, subjectAltNames: string[]) => ({
      name,
      defect: 'none',
      identities: 1,
      certificate: { subjectAltNames },
    });
    const cohorts = [
      cohort('fits', [
        ...['dns:a.example.org', 'ip:10.1.2.3', 'email:a@example.org', 'uri:https://www.example.org/a'],
      ]),
      cohort('other-dns', ['dns:a.example.com']),
      cohort('excluded', ['dns:bad.example.org']),
      cohort('other-ip', ['ip:11.0.0.1']),
    ];
    const corpus = await make({ depth: 2, pathLength: 0, nameConstraints: constraints }, { cohorts });
    const [, ca] = identitiesOf(corpus, 'fits')[0]?.chain ?? [];
    const text = openssl(['x509', '-inform', 'DER', '-noout', '-text'], ca);
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(text).toMatch(
      /X509v3 Name Constraints: critical\s+Permitted:\s+DirName:\s?O = certstorm\s+DNS:\.example\.org/,
    );
    expect(text).toContain('IP:10.0.0.0/255.0.0.0');
    expect(verdictsOf(corpus, 'fits')).toEqual(['OK']);
    expect(verdictsOf(corpus, 'other-dns')).toEqual(['PERMITTED_VIOLATION']);
    expect(verdictsOf(corpus, 'excluded')).toEqual(['EXCLUDED_VIOLATION']);
    expect(verdictsOf(corpus, 'other-ip')).toEqual(['PERMITTED_VIOLATION']);
  });

  test('an algorithm of its own signs clients of another', async () => {
    const corpus = await make({}, { caAlgorithm: 'ed25519' });
    const leaf = new X509Certificate(firstLeaf(corpus, 'good'));
    expect(leaf.publicKey.asymmetricKeyType).toBe('ec');
    expect(new X509Certificate(readFileSync(corpus.clientCaFile)).publicKey.asymmetricKeyType).toBe(
      'ed25519',
    );
    expect(verdictsOf(corpus, 'good')).toEqual(Array(4).fill('OK'));
  });
});

test.each([
  ['depth 5', { depth: 5 }, /authorities.depth: 5 is not a whole number from 1 to 4/],
  [
    'name constraints on the broker’s own root',
    { nameConstraints: { permitted: ['dns:a'] } },
    /take depth 2 or more/,
  ],
  ['no root', { roots: 0 }, /authorities.roots: 0/],
  [
    'a constraint of no kind',
    { depth: 2, nameConstraints: { permitted: ['example'] } },
    /permitted\[0\]: "example" is no name/,
  ],
])('%s is refused', async (_, authorities, sentence) => {
  await expect(make(authorities)).rejects.toThrow(sentence);
});
