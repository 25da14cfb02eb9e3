import { createPrivateKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { firstLeaf, identitiesOf, leafOf, openssl, opensslOutcome, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();
let corpus: Corpus;
beforeAll(async () => {
  corpus = await makeCorpus(everydayDefects(3), { cacheDir: join(folder, 'cache') });
});

describe('the certificates in detail', () => {
  const textOf = (cohort: string) =>
    openssl(['x509', '-inform', 'DER', '-noout', '-text'], firstLeaf(corpus, cohort));

  test('a good one is for clientAuth, from 2025 to 2049, and names its issuer and its issuer’s key', () => {
    const text = textOf('good');
    expect(text).toMatch(/Not Before: Jan {2}1 00:00:00 2025 GMT\s+Not After : Dec 31 23:59:59 2049 GMT/);
    expect(text).toMatch(/X509v3 Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    expect(text).toContain('Issuer: O = certstorm, OU = for tests only, CN = certstorm CA 7');
    const ca = new X509Certificate(readFileSync(corpus.clientCaFile));
    for (const identity of identitiesOf(corpus, 'good')) {
      const leaf = new X509Certificate(leafOf(identity));
      expect(leaf.checkIssued(ca)).toBe(true);
      expect(leaf.verify(ca.publicKey)).toBe(true);
    }
    const caText = openssl(['x509', '-in', corpus.clientCaFile, '-noout', '-text']);
    const keyId = /Subject Key Identifier: \n\s+([0-9A-F:]{59})/.exec(caText)?.[1];
    expect(/Authority Key Identifier: \n\s+([0-9A-F:]{59})/.exec(text)?.[1]).toBe(keyId);
  });

  test('key identifiers are the SHA-1 of the public key, as openssl computes them', () => {
    const text = textOf('good');
    const ocspId = openssl(['x509', '-inform', 'DER', '-noout', '-ocspid'], firstLeaf(corpus, 'good'));
    const keyHash = /Public key OCSP hash: ([0-9A-F]{40})/.exec(ocspId)?.[1];
    const subjectKeyId = /Subject Key Identifier: \n\s+([0-9A-F:]{59})/.exec(text)?.[1];
    expect(subjectKeyId?.replaceAll(':', '')).toBe(keyHash);
  });

  test('the expired one ended in 2024, the early one begins in 2048', () => {
    expect(textOf('expired')).toContain('Not After : Dec 31 23:59:59 2024 GMT');
    expect(textOf('not-yet-valid')).toContain('Not Before: Jan  1 00:00:00 2048 GMT');
  });

  test('openssl -checkend finds the expired one ended and the good one good for ten years', () => {
    const check = (cohort: string, seconds: number) => {
      const file = join(folder, `${cohort}.crt`);
      writeFileSync(file, pem('CERTIFICATE', firstLeaf(corpus, cohort)));
      return opensslOutcome(['x509', '-in', file, '-noout', '-checkend', String(seconds)]).status;
    };
    expect(check('expired', 0)).toBe(1);
    expect(check('good', 10 * 365 * 86_400)).toBe(0);
  });

  test('wrong-eku is for serverAuth alone; self-signed verifies under its own key', () => {
    expect(textOf('wrong-eku')).toMatch(/Extended Key Usage: \n\s+TLS Web Server Authentication\n/);
    const certificate = new X509Certificate(firstLeaf(corpus, 'self-signed'));
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  test('a broken signature is still a well-formed ECDSA-Sig-Value', () => {
    const parsed = openssl(['asn1parse', '-inform', 'DER'], firstLeaf(corpus, 'bad-signature'));
    const at = /^\s*(\d+):d=1 .*BIT STRING/m.exec(parsed)?.[1] ?? '';
    const inner = openssl(
      ['asn1parse', '-inform', 'DER', '-strparse', at],
      firstLeaf(corpus, 'bad-signature'),
    );
    expect(inner.match(/INTEGER/g)).toHaveLength(2);
    expect(inner).toContain('SEQUENCE');
  });

  test('the server’s certificate is good for localhost and 127.0.0.1, for serverAuth alone', () => {
    const certificate = new X509Certificate(readFileSync(corpus.serverCertFile));
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(corpus.serverKeyFile)))).toBe(true);
    const { status, output } = opensslOutcome([
      ...['verify', '-x509_strict', '-CAfile', corpus.serverCaFile],
      ...['-purpose', 'sslserver', '-verify_hostname', 'localhost', corpus.serverCertFile],
    ]);
    expect(status, output).toBe(0);
  });

  test('without a certificate there is neither key nor chain, and at least one such client', async () => {
    expect(identitiesOf(corpus, 'no-certificate')).toEqual(
      [1, 2, 3].map((i) => ({ clientId: `no-certificate-0000${i}`, key: null, chain: [] })),
    );
    const alone = {
      ...everydayDefects(1),
      cohorts: [{ name: 'bare', defect: 'no-certificate', identities: 0 }],
    };
    const bare = await makeCorpus(alone, { cacheDir: join(folder, 'cache') });
    expect(identitiesOf(bare, 'bare')).toHaveLength(1);
    expect(bare.made).toMatchObject({ identities: 0, reused: 0, remade: 0 });
  });

  test('keys are on the curve, all different, and sign what their public half verifies', () => {
    const keys = corpus.cohorts.flatMap(({ identities }) => identities.flatMap(({ key }) => key ?? []));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(keys.length);
    for (const bytes of keys) {
      expect(openssl(['pkey', '-inform', 'DER', '-check', '-noout'], bytes)).toContain('Key is valid');
      const key = createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' });
      // OpenSSL writes the same structure of the same key: ours has no octet too many and none too few.
      expect(key.export({ format: 'der', type: 'pkcs8' }).equals(bytes)).toBe(true);
      const message = randomBytes(32);
      expect(verify('sha256', message, pem('PUBLIC KEY', spkiOf(bytes)), sign('sha256', message, key))).toBe(
        true,
      );
    }
  });

  const spkiOf = (key: Uint8Array) =>
    Buffer.concat([
      Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
      key.slice(-65),
    ]);
});
