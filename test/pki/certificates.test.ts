import { createPrivateKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { defectNames, defects, makeCorpus } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { firstLeaf, identitiesOf, leafOf, openssl, opensslOutcome, scratchFolder } from './scratch.ts';
import { everyDefect } from './specs.ts';

const folder = scratchFolder();
let corpus: Corpus;
beforeAll(async () => {
  corpus = await makeCorpus(everyDefect(3), { cacheDir: join(folder, 'cache') });
});

/** X509_V_ERR_… by number, in Node's spelling. */
const verifyErrors: Record<string, string> = {
  7: 'CERT_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  23: 'CERT_REVOKED',
  26: 'INVALID_PURPOSE',
};

const cohortOf = (defect: string) => (defect === 'none' ? 'good' : defect);
const presented = defects.filter(({ certificate }) => certificate);

test('every defect says what it breaks and what must become of it, under a name of its own', () => {
  expect(defectNames).toEqual(defects.map(({ name }) => name));
  expect(new Set(defectNames).size).toBe(defects.length);
  for (const { name, describe: words, expect: expected, clause } of defects) {
    expect(words).not.toBe('');
    expect(expected).toBe(name === 'none' ? 'accept' : 'reject');
    if (name !== 'none') expect(clause).toMatch(/^RFC (5280|8446) \d/);
  }
});

describe.each(presented)(
  'a certificate with defect $name',
  ({ name, expect: expected, verifyErrors: named }) => {
    test('is judged by openssl verify as the registry says', () => {
      for (const [i, identity] of identitiesOf(corpus, cohortOf(name)).entries()) {
        const file = join(folder, `${name}-${i}.crt`);
        writeFileSync(file, pem('CERTIFICATE', leafOf(identity)));
        const { status, output } = opensslOutcome([
          ...['verify', '-x509_strict', '-CAfile', corpus.clientCaFile],
          ...['-crl_check', '-CRLfile', corpus.crlFile, '-purpose', 'sslclient', file],
        ]);
        expect(status, output).toBe(expected === 'accept' ? 0 : 2);
        const number = /error (\d+) at 0 depth/.exec(output)?.[1];
        expect(number && verifyErrors[number]).toBe(named[0]);
      }
    });

    test('is what openssl x509 and Node read, with the key beside it', () => {
      for (const identity of identitiesOf(corpus, cohortOf(name))) {
        const leaf = leafOf(identity);
        const text = openssl(['x509', '-inform', 'DER', '-noout', '-text'], leaf);
        expect(text).toContain('Version: 3 (0x2)');
        expect(text).toContain(`Subject: O = certstorm, CN = ${identity.clientId}`);
        expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
        expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
        expect(text).toContain(`URI:urn:certstorm:client:${identity.clientId}`);
        const certificate = new X509Certificate(leaf);
        const key = createPrivateKey({ key: Buffer.from(identity.key ?? []), format: 'der', type: 'pkcs8' });
        expect(certificate.checkPrivateKey(key)).toBe(true);
        expect(certificate.ca).toBe(false);
        expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
        expect(certificate.raw.equals(leaf)).toBe(true);
      }
    });
  },
);

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
    const check = (cohort: string, seconds: number) =>
      opensslOutcome(['x509', '-in', join(folder, `${cohort}-0.crt`), '-noout', '-checkend', String(seconds)])
        .status;
    expect(check('expired', 0)).toBe(1);
    expect(check('none', 10 * 365 * 86_400)).toBe(0);
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
    const alone = { ...everyDefect(1), cohorts: [{ name: 'bare', defect: 'no-certificate', identities: 0 }] };
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

describe('a Node TLS server', () => {
  test.each([
    ['without a CRL', false],
    ['with the CRL', true],
  ])('%s sees the verify error that the registry names', async (_, withCrl) => {
    const server = tls.createServer({
      cert: readFileSync(corpus.serverCertFile),
      key: readFileSync(corpus.serverKeyFile),
      ca: readFileSync(corpus.clientCaFile),
      ...(withCrl && { crl: readFileSync(corpus.crlFile) }),
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const seen: Record<string, string> = {};
    try {
      for (const { name } of presented) {
        const [identity] = identitiesOf(corpus, cohortOf(name));
        const client = tls.connect({
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          ca: readFileSync(corpus.serverCaFile),
          key: pem('PRIVATE KEY', identity?.key ?? new Uint8Array(0)),
          cert: pem('CERTIFICATE', identity ? leafOf(identity) : new Uint8Array(0)),
        });
        const [socket]: tls.TLSSocket[] = await once(server, 'secureConnection');
        seen[name] = socket?.authorized ? 'authorized' : String(socket?.authorizationError);
        expect(client.authorized).toBe(true);
        client.destroy();
        socket?.destroy();
      }
    } finally {
      server.close();
    }
    for (const { name, verifyErrors: named } of presented) {
      const unseen = name === 'none' || (name === 'revoked' && !withCrl);
      if (unseen) expect(seen[name]).toBe('authorized');
      else expect(named, `${name}: ${seen[name]}`).toContain(seen[name]);
    }
  });
});
