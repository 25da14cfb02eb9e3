import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec } from '../../src/pki/identity.ts';
import { crlDefects, crlKinds, defects, makeCorpus } from '../../src/pki/index.ts';
import { opensslVerify } from './openssl-verify.ts';
import { identitiesOf, openssl, opensslOutcome, scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
const reasons = defects.filter(({ revoked }) => revoked?.reason !== undefined);

const spec = (more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 100,
  cohorts: [
    { name: 'good', defect: 'none', identities: 6 },
    { name: 'revoked', defect: 'revoked', identities: 6 },
    { name: 'released', defect: 'released-from-hold', identities: 2 },
    ...reasons.map(({ name }) => ({ name, defect: name, identities: 1 })),
  ],
  ...more,
});

const named = (corpus: Corpus) =>
  new Map(
    corpus.cohorts.flatMap(({ name, identities }) =>
      identities.map((identity, i) => [`${name}.${i}`, identity] as const),
    ),
  );

const expected = (name: string) => (/^(good|released)/.test(name) ? 'OK' : 'CERT_REVOKED');

/** Each CRL of the file apart, as text. */
function crlTexts(corpus: Corpus): string[] {
  const blocks =
    readFileSync(corpus.crlFile, 'latin1').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/g) ?? [];
  return blocks.map((block) => openssl(['crl', '-noout', '-text'], Buffer.from(block)));
}

describe.each(crlKinds)('a $name CRL', (kind) => {
  test('lets the good in and keeps the revoked out, as openssl verify sees it', async () => {
    const corpus = await makeCorpus(spec({ crl: { kind: kind.name } }), { cacheDir });
    // A delta CRL has the released twice, in the base and as removed from it.
    expect(corpus.crl.entries).toBe(kind.name === 'delta' ? 104 : 100);
    const verdicts = opensslVerify(folder, corpus, named(corpus), ['-x509_strict', ...kind.opensslFlags]);
    for (const [name, verdict] of verdicts) expect([name, verdict]).toEqual([name, expected(name)]);
    expect(verdicts.size).toBe(14 + reasons.length);
  });

  test('does so too where the whole chain is checked, as Node and Mosquitto do', async () => {
    for (const depth of [1, 2]) {
      const corpus = await makeCorpus(spec({ crl: { kind: kind.name }, authorities: { depth } }), {
        cacheDir,
      });
      const flags = ['-x509_strict', '-crl_check_all', ...kind.opensslFlags];
      const verdicts = opensslVerify(folder, corpus, named(corpus), flags);
      for (const [name, verdict] of verdicts) expect([name, verdict]).toEqual([name, expected(name)]);
    }
  });

  test('is signed by whom it says', async () => {
    const corpus = await makeCorpus(spec({ crl: { kind: kind.name } }), { cacheDir });
    const [issuer] = identitiesOf(corpus, 'good')[0]?.chain.slice(1) ?? [];
    const file = join(folder, 'issuer.pem');
    writeFileSync(
      file,
      issuer ? openssl(['x509', '-inform', 'DER'], issuer) : readFileSync(corpus.clientCaFile),
    );
    const blocks =
      readFileSync(corpus.crlFile, 'latin1').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/g) ?? [];
    const [block = ''] = blocks;
    const single = join(folder, 'single.pem');
    writeFileSync(single, block);
    // The command looks an issuer up among trust anchors by name, whatever it is.
    expect(opensslOutcome(['crl', '-in', single, '-noout', '-CAfile', file]).output).toContain('verify OK');
  });
});

describe('what the kinds are told by', () => {
  const textsOf = async (kind: string) => crlTexts(await makeCorpus(spec({ crl: { kind } }), { cacheDir }));

  test('partitions name their distribution point, and each revoked certificate is in its own', async () => {
    const texts = await textsOf('partitioned');
    expect(texts).toHaveLength(5);
    expect(texts.pop()).toMatch(/Only CA Certificates/);
    for (const [i, text] of texts.entries()) {
      expect(text).toMatch(/Issuing Distribution Point: critical/);
      expect(text).toContain(`URI:http://crl.certstorm.invalid/${i}.crl`);
    }
  });

  test('an indirect one names the issuer of its certificates', async () => {
    const [text] = await textsOf('indirect');
    expect(text).toContain('Indirect CRL');
    expect(text).toMatch(/Issuer: .*CN = certstorm CRL issuer 7/);
    expect(text).toMatch(/X509v3 Certificate Issuer: critical\s+DirName:.*CN ?= ?certstorm CA 7/);
  });

  test('a delta CRL refers to its base, which says where the delta is', async () => {
    const [base, delta] = await textsOf('delta');
    expect(base).toContain('X509v3 Freshest CRL');
    expect(base).toMatch(/X509v3 CRL Number: \n\s+1\n/);
    expect(delta).toMatch(/X509v3 Delta CRL Indicator: critical\s+1\n/);
    expect(delta).toMatch(/X509v3 CRL Number: \n\s+2\n/);
    // On hold in the base, and taken off it by the delta.
    expect(base?.match(/Certificate Hold/g)).toHaveLength(2);
    expect(delta?.match(/Remove From CRL/g)).toHaveLength(2);
  });

  test('whoever does not read the delta keeps the released out, and lets the revoked in', async () => {
    const corpus = await makeCorpus(spec({ crl: { kind: 'delta' } }), { cacheDir });
    const [base = ''] =
      readFileSync(corpus.crlFile, 'latin1').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/) ?? [];
    const crlFile = join(folder, 'base-alone.pem');
    writeFileSync(crlFile, base);
    const verdicts = opensslVerify(folder, { ...corpus, crlFile }, named(corpus));
    expect([verdicts.get('released.0'), verdicts.get('revoked.0')]).toEqual(['CERT_REVOKED', 'OK']);
  });

  test('every reason code is in the entry of its certificate', async () => {
    const [text] = await textsOf('direct');
    for (const reason of [
      ...['Unspecified', 'Key Compromise', 'CA Compromise', 'Affiliation Changed', 'Superseded'],
      ...['Cessation Of Operation', 'Certificate Hold', 'Privilege Withdrawn', 'AA Compromise'],
    ])
      expect(text).toContain(reason);
  });
});

describe.each(crlDefects)('a CRL with defect $name', ({ name, expect: expected, verifyErrors }) => {
  test('keeps everybody out who is checked, with the error that the registry names', async () => {
    const corpus = await makeCorpus(spec({ crl: { defect: name } }), { cacheDir });
    const verdicts = opensslVerify(folder, corpus, named(corpus));
    expect(verdicts.get('good.0')).toBe(expected === 'accept' ? 'OK' : verifyErrors[0]);
    expect(verdicts.get('revoked.0')).not.toBe('OK');
  });
});

test.each([
  ['an unknown kind', { kind: 'psychic' }, /no kind of CRL "psychic"; known are direct, indirect/],
  ['an unknown defect', { defect: 'ugly' }, /no CRL defect "ugly"/],
  ['no partition at all', { kind: 'partitioned', partitions: 0 }, /crl.partitions: 0/],
])('%s is refused', async (_, crl, sentence) => {
  await expect(makeCorpus(spec({ crl }), { cacheDir })).rejects.toThrow(sentence);
});
