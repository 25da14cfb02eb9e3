import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { algorithms, makeCorpus } from '../../src/pki/index.ts';
import { opensslVerify } from './openssl-verify.ts';
import { identitiesOf, leafOf, openssl, scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
const available = algorithms.filter(({ unavailable }) => unavailable === undefined);
/** The openssl command of many systems is older than the library that is in Node. */
const commandKnows = ({ name }: { name: string }) =>
  !name.startsWith('ml-dsa') || /^OpenSSL (3\.[5-9]|[4-9])/.test(openssl(['version']));

const spec = (more: object) => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 0,
  keys: 'pooled' as const,
  keyPool: 1,
  cohorts: [{ name: 'good', defect: 'none', identities: 1 }],
  ...more,
});

const expected: Record<string, { type: string; details: object; signature: string }> = {
  'ecdsa-p256': { type: 'ec', details: { namedCurve: 'prime256v1' }, signature: 'ecdsa-with-SHA256' },
  'ecdsa-p384': { type: 'ec', details: { namedCurve: 'secp384r1' }, signature: 'ecdsa-with-SHA384' },
  'rsa-2048': { type: 'rsa', details: { modulusLength: 2048 }, signature: 'sha256WithRSAEncryption' },
  'rsa-3072': { type: 'rsa', details: { modulusLength: 3072 }, signature: 'sha256WithRSAEncryption' },
  'rsa-4096': { type: 'rsa', details: { modulusLength: 4096 }, signature: 'sha256WithRSAEncryption' },
  'rsa-pss-2048': {
    type: 'rsa-pss',
    details: { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 },
    signature: 'rsassaPss',
  },
  ed25519: { type: 'ed25519', details: {}, signature: 'ED25519' },
  'ml-dsa-44': { type: 'ml-dsa-44', details: {}, signature: '2.16.840.1.101.3.4.3.17|ML-DSA-44' },
  'ml-dsa-65': { type: 'ml-dsa-65', details: {}, signature: '2.16.840.1.101.3.4.3.18|ML-DSA-65' },
};

describe.each(available)('$name', (algorithm) => {
  const { name } = algorithm;
  let corpus: Corpus;
  beforeAll(async () => {
    // Keys of 3072 and 4096 bits under a CA of another kind, which is quicker and no less of a proof.
    const caAlgorithm = /rsa-[34]/.test(name) ? 'ecdsa-p256' : name;
    corpus = await makeCorpus(spec({ algorithm: name, caAlgorithm }), { cacheDir });
  });

  test('makes keys and certificates that Node reads, that belong together, and that the CA has signed', () => {
    const [identity] = identitiesOf(corpus, 'good');
    if (!identity) throw new Error('no identity');
    const certificate = new X509Certificate(leafOf(identity));
    const key = createPrivateKey({ key: Buffer.from(identity.key ?? []), format: 'der', type: 'pkcs8' });
    expect(key.asymmetricKeyType).toBe(expected[name]?.type);
    expect(key.asymmetricKeyDetails).toMatchObject(expected[name]?.details ?? {});
    expect(certificate.checkPrivateKey(key)).toBe(true);
    const ca = new X509Certificate(readFileSync(corpus.clientCaFile));
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
  });

  test.skipIf(!commandKnows(algorithm))(
    'is verified by openssl, with its CRL (of ML-DSA the command knows from 3.5 on)',
    () => {
      const [identity] = identitiesOf(corpus, 'good');
      if (!identity) throw new Error('no identity');
      expect(opensslVerify(folder, corpus, new Map([['leaf', identity]])).get('leaf')).toBe('OK');
      if (/rsa-[34]/.test(name)) return;
      const text = openssl(['x509', '-inform', 'DER', '-noout', '-text'], leafOf(identity));
      expect(text).toMatch(new RegExp(`Signature Algorithm: (${expected[name]?.signature})`));
    },
  );
});

test('one that the runtime lacks says why, and is refused with its place', async () => {
  for (const { name, unavailable } of algorithms) {
    if (unavailable === undefined) continue;
    await expect(makeCorpus(spec({ algorithm: name }), { cacheDir })).rejects.toMatchObject({
      code: 'bad-spec',
      message: expect.stringContaining(unavailable),
    });
  }
  expect(available.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-pss-2048', 'ed25519']),
  );
});

describe('a mixed fleet', () => {
  const mixed = spec({
    keyPool: 2,
    cohorts: [
      { name: 'fleet', defect: 'none', identities: 400, algorithm: { 'ecdsa-p256': 3, 'rsa-2048': 1 } },
      { name: 'good', defect: 'none', identities: 1 },
    ],
  });
  const kinds = (corpus: Corpus): string[] =>
    identitiesOf(corpus, 'fleet').map(
      (identity) => new X509Certificate(leafOf(identity)).publicKey.asymmetricKeyType ?? '',
    );

  test('has the algorithms in their weights, spread evenly, the same on one thread and on two', async () => {
    const one = kinds(await makeCorpus(mixed, { cacheDir: join(folder, 'one'), threads: 1 }));
    expect(one.filter((kind) => kind === 'rsa')).toHaveLength(100);
    for (let at = 0; at < 400; at += 40)
      expect(one.slice(at, at + 40).filter((kind) => kind === 'rsa').length).toBeGreaterThanOrEqual(8);
    expect(kinds(await makeCorpus(mixed, { cacheDir: join(folder, 'two'), threads: 2 }))).toEqual(one);
  });

  test('shares pooled keys, says so, and each certificate goes with its key', async () => {
    const corpus = await makeCorpus(mixed, { cacheDir: join(folder, 'one') });
    expect(corpus.warnings).toEqual([
      'all ecdsa-p256 identities share 2 keys (keys: pooled)',
      'all rsa-2048 identities share 2 keys (keys: pooled)',
    ]);
    const fleet = identitiesOf(corpus, 'fleet');
    expect(new Set(fleet.map(({ key }) => Buffer.from(key ?? []).toString('hex'))).size).toBe(4);
    for (const identity of fleet.slice(0, 10)) {
      const key = createPrivateKey({ key: Buffer.from(identity.key ?? []), format: 'der', type: 'pkcs8' });
      expect(new X509Certificate(leafOf(identity)).checkPrivateKey(key)).toBe(true);
    }
    expect(corpus.made.reused).toBe(401);
  });

  test.each([
    ['no weight', { 'ecdsa-p256': 0 }],
    ['a negative one', { 'ecdsa-p256': 2, ed25519: -1 }],
  ])('with %s is refused', async (_, algorithm) => {
    const cohorts = [{ name: 'fleet', defect: 'none', identities: 1, algorithm }];
    await expect(makeCorpus(spec({ cohorts }), { cacheDir })).rejects.toThrow(
      /cohorts\[0\]\.algorithm: .*weights/,
    );
  });
});
