import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificateFields } from '../../src/pki/der-reader.ts';
import type { CertificateSpec, CorpusSpec } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { readAttributes } from '../../src/pki/name.ts';
import { serialCapacity, serialNumbers } from '../../src/pki/serial.ts';
import { opensslVerify } from './openssl-verify.ts';
import { firstLeaf, identitiesOf, leafOf, openssl, scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');

const make = (certificate: CertificateSpec, identities = 3, more: Partial<CorpusSpec> = {}) =>
  makeCorpus(
    {
      seed: 7,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities }],
      certificate,
      ...more,
    },
    { cacheDir },
  );

describe('templates', () => {
  test('fill subject and alternative names in for each client', async () => {
    const corpus = await make({
      subject: 'C=DE, O={region}, OU=a\\, b, serialNumber={serial}, CN=device-{index}',
      subjectAltNames: [
        'uri:spiffe://example.org/{cohort}/{number}',
        'dns:d{index}.{region}.example.org',
        'email:{clientId}@example.org',
        'ip:10.0.0.254+{index}',
        'ip:2001:db8::ffff+{index}',
      ],
      values: { region: ['eu', 'us'] },
    });
    const [first, second, third] = identitiesOf(corpus, 'good').map(
      (identity) => new X509Certificate(leafOf(identity)),
    );
    expect(second?.subject).toBe(
      `C=DE\nO=us\nOU=a\\, b\nserialNumber=${second?.serialNumber.toLowerCase()}\nCN=device-1`,
    );
    expect(first?.subject).toContain('O=eu');
    expect(third?.subject).toContain('O=eu');
    expect(third?.subjectAltName).toBe(
      'URI:spiffe://example.org/good/3, DNS:d2.eu.example.org, email:good-00003@example.org, IP Address:10.0.1.0, IP Address:2001:DB8:0:0:0:0:1:1',
    );
    const [leaf] = identitiesOf(corpus, 'good');
    const verdicts = opensslVerify(folder, corpus, new Map(leaf ? [['leaf', leaf]] : []));
    expect(verdicts.get('leaf')).toBe('OK');
  });

  test('no value adds an attribute of its own', async () => {
    const corpus = await make(
      { subject: 'O={region}, CN={clientId}', values: { region: ['eu, CN=admin'] } },
      1,
    );
    expect(new X509Certificate(firstLeaf(corpus, 'good')).subject).toBe('O=eu\\, CN=admin\nCN=good-00001');
  });

  test('an attribute keeps whatever stands in it', () => {
    const escaped = (text: string) => text.replaceAll(/[\\,]/g, (sign) => `\\${sign}`);
    fc.assert(
      fc.property(
        fc.array(
          fc
            .string({ minLength: 1 })
            .map((s) => s.trim())
            .filter((s) => s !== ''),
          { minLength: 1 },
        ),
        (values) => {
          const text = values.map((value) => `CN=${escaped(value)}`).join(', ');
          fc.pre(values.every((value) => !value.endsWith('\\')));
          expect(readAttributes(text, 'here').map(([, value]) => value)).toEqual(values);
        },
      ),
    );
  });

  test.each([
    [
      'an unknown word',
      { subject: 'CN={colour}' },
      /\{colour\} in "\{colour\}" means nothing; known are \{index\}/,
    ],
    ['no attribute', { subject: 'device' }, /certificate.subject: "device" is no attribute/],
    ['an unknown type', { subject: 'XX=1' }, /the types are CN/],
    [
      'no kind of name',
      { subjectAltNames: ['device'] },
      /certificate.subjectAltNames\[0\]: "device" is no name/,
    ],
    ['no address', { subjectAltNames: ['ip:10.0.0'] }, /"ip:10.0.0" is no address/],
    ['letters beyond ASCII', { subjectAltNames: ['dns:gerät.example'] }, /IA5String/],
    ['an unknown key usage', { keyUsage: ['flying'] }, /certificate.keyUsage: there is no "flying"/],
    ['an unknown purpose', { extKeyUsage: ['flying'] }, /certificate.extKeyUsage: "flying"/],
    ['more than 64 kB', { size: 65_537 }, /certificate.size: 65537/],
  ])('%s is refused', async (_, certificate, sentence) => {
    await expect(make(certificate)).rejects.toMatchObject({
      code: 'bad-spec',
      message: expect.stringMatching(sentence),
    });
  });
});

test('extensions are there as asked for, and openssl reads them', async () => {
  const corpus = await make({
    keyUsage: ['digitalSignature', 'keyAgreement', 'decipherOnly'],
    extKeyUsage: ['clientAuth', 'emailProtection', '1.3.6.1.4.1.311.20.2.2'],
    policies: ['2.23.140.1.2.1', '2.999.7'],
    crlDistributionPoints: ['http://127.0.0.1:8080/ca.crl'],
    ocsp: 'http://127.0.0.1:8081/',
    caIssuers: 'http://127.0.0.1:8080/ca.crt',
    mustStaple: true,
  });
  const text = openssl(['x509', '-inform', 'DER', '-noout', '-text'], firstLeaf(corpus, 'good'));
  for (const expected of [
    /Key Usage: critical\s+Digital Signature, Key Agreement, Decipher Only/,
    /Extended Key Usage: \s+TLS Web Client Authentication, E-mail Protection, Microsoft Smartcard Login/,
    /Certificate Policies: \s+Policy: 2\.23\.140\.1\.2\.1\s+Policy: 2\.999\.7/,
    /CRL Distribution Points: \s+Full Name:\s+URI:http:\/\/127\.0\.0\.1:8080\/ca\.crl/,
    /Authority Information Access: \s+OCSP - URI:http:\/\/127\.0\.0\.1:8081\/\s+CA Issuers - URI:http:\/\/127\.0\.0\.1:8080\/ca\.crt/,
    /TLS Feature: \s+status_request/,
  ])
    expect(text).toMatch(expected);
});

test('a cohort’s own shape is laid over the corpus’s, and changes no other cohort', async () => {
  const cohorts = [
    { name: 'good', defect: 'none', identities: 1 },
    { name: 'other', defect: 'none', identities: 1, certificate: { subject: 'CN=other' } },
  ];
  const corpus = await make({ subject: 'CN=all', policies: ['2.999.7'] }, 1, { cohorts });
  expect(new X509Certificate(firstLeaf(corpus, 'good')).subject).toBe('CN=all');
  expect(new X509Certificate(firstLeaf(corpus, 'other')).subject).toBe('CN=other');
  expect(openssl(['x509', '-inform', 'DER', '-noout', '-text'], firstLeaf(corpus, 'other'))).toContain(
    '2.999.7',
  );
});

test.each([1000, 16_384, 65_536])(
  'a certificate of %i bytes is about as large, and verified',
  async (size) => {
    const corpus = await make({ size }, 1);
    const [identity] = identitiesOf(corpus, 'good');
    if (!identity) throw new Error('no identity');
    expect(Math.abs(leafOf(identity).length - size)).toBeLessThan(100);
    expect(opensslVerify(folder, corpus, new Map([['leaf', identity]])).get('leaf')).toBe('OK');
  },
);

describe('serial numbers', () => {
  test.each([1, 2, 3, 6, 7, 8, 15, 16, 17, 20])(
    'of %i octets are so long, positive, and all different',
    async (octets) => {
      const identities = octets === 1 ? 20 : 100;
      const cohorts = ['a', 'b', 'c'].map((name) => ({
        name,
        defect: name === 'b' ? 'revoked' : 'none',
        identities,
      }));
      const corpus = await make({}, 1, { serialOctets: octets, cohorts, crlEntries: identities + 10 });
      const serials = corpus.cohorts.flatMap((cohort) =>
        cohort.identities.map((identity) =>
          Buffer.from(certificateFields(leafOf(identity))?.serialNumber ?? []),
        ),
      );
      for (const serial of serials) {
        expect(serial).toHaveLength(octets);
        expect((serial[0] ?? 0) & 0xc0).toBe(0x40);
      }
      expect(new Set(serials.map((serial) => serial.toString('hex'))).size).toBe(3 * identities);
      const listed = openssl(['crl', '-in', corpus.crlFile, '-noout', '-text']).match(
        /Serial Number: ([0-9A-F]+)/g,
      );
      expect(new Set(listed).size).toBe(identities + 10);
      const held = new Set(listed?.map((line) => line.slice('Serial Number: '.length).toLowerCase()));
      expect(serials.filter((serial) => held.has(serial.toString('hex'))).length).toBe(identities);
    },
  );

  test('that are counted take every value once, in either class', () => {
    for (const kind of ['held', 'padding'] as const) {
      const count = serialCapacity(2, kind);
      const all = Buffer.from(serialNumbers(7, 'any', 0, count, kind, 2));
      expect(new Set(Array.from({ length: count }, (_, i) => all.readUInt16BE(i * 2))).size).toBe(count);
    }
  });

  test.each([
    [
      'more than they can number',
      { serialOctets: 1, cohorts: [{ name: 'a', defect: 'none', identities: 65 }] },
      /at most 64/,
    ],
    ['21 octets', { serialOctets: 21 }, /serialOctets: 21/],
  ])('%s are refused', async (_, more, sentence) => {
    await expect(make({}, 1, more)).rejects.toThrow(sentence);
  });
});
