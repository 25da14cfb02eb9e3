import { createHash, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { certificateFields, children, readTlv } from '../../src/pki/der-reader.ts';
import { makeCorpus, PkiError, revokedSerials } from '../../src/pki/index.ts';
import { firstLeaf, identitiesOf, leafOf, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();

/** A TBSCertificate without what depends on a key: public key, and the two key identifiers. */
function withoutKeys(certificate: Uint8Array): string {
  const outer = readTlv(certificate, 0);
  const tbs = outer && readTlv(certificate, outer.contents);
  if (!tbs) throw new Error('no certificate');
  const keyIds = ['551d0e', '551d23']; // subjectKeyIdentifier, authorityKeyIdentifier
  return children(certificate, tbs)
    .flatMap((field, i) => {
      if (i === 6) return []; // subjectPublicKeyInfo
      const extensions = field.tag === 0xa3 ? readTlv(certificate, field.contents) : null;
      return (extensions ? children(certificate, extensions) : [field])
        .map(({ start, end }) => Buffer.from(certificate.subarray(start, end)).toString('hex'))
        .filter((text) => !(extensions && keyIds.some((oid) => text.includes(`0603${oid}`))));
    })
    .join(' ');
}

describe('the same seed', () => {
  test('gives the same in all but keys and signatures, on one thread and on two', async () => {
    const spec = everydayDefects(300);
    const one = await makeCorpus(spec, { cacheDir: join(folder, 'one'), threads: 1 });
    const two = await makeCorpus(spec, { cacheDir: join(folder, 'two'), threads: 2 });
    expect(two.password).toBe(one.password);
    expect(two.crl).toEqual({ ...one.crl, bytes: expect.any(Number) });
    for (const cohort of one.cohorts) {
      const others = identitiesOf(two, cohort.name);
      expect(others.map(({ clientId }) => clientId)).toEqual(
        cohort.identities.map(({ clientId }) => clientId),
      );
      const tbs = cohort.identities.map((identity) => identity.chain.map(withoutKeys));
      expect(others.map((identity) => identity.chain.map(withoutKeys))).toEqual(tbs);
      if (cohort.defect === 'no-certificate') continue;
      const keys = [...cohort.identities, ...others].map(({ key }) => Buffer.from(key ?? []).toString('hex'));
      expect(new Set(keys).size).toBe(600);
    }
  });

  test('another seed gives other serial numbers and another CA', async () => {
    const spec = { ...everydayDefects(1), crlEntries: 1 };
    const cacheDir = join(folder, 'seeds');
    const first = await makeCorpus({ ...spec, seed: 1 }, { cacheDir });
    const second = await makeCorpus({ ...spec, seed: 2 }, { cacheDir });
    expect(second.dir).not.toBe(first.dir);
    const serial = (corpus: typeof first) => new X509Certificate(firstLeaf(corpus, 'good')).serialNumber;
    expect(serial(second)).not.toBe(serial(first));
  });
});

test('client ids count from 1 and are the common name', async () => {
  const corpus = await makeCorpus(everydayDefects(2), { cacheDir: join(folder, 'ids') });
  const [first, second] = identitiesOf(corpus, 'good');
  expect([first?.clientId, second?.clientId]).toEqual(['good-00001', 'good-00002']);
  expect(new X509Certificate(firstLeaf(corpus, 'good')).subject).toBe('O=certstorm\nCN=good-00001');
});

test('serial numbers are positive, 16 octets, and no two are the same', async () => {
  const corpus = await makeCorpus(everydayDefects(300), { cacheDir: join(folder, 'one') });
  const serials = corpus.cohorts.flatMap(({ identities }) =>
    identities.flatMap(({ chain }) => chain.map((leaf) => certificateFields(leaf)?.serialNumber)),
  );
  expect(serials).toHaveLength(2400);
  for (const serial of serials) {
    expect(serial).toHaveLength(16);
    expect((serial?.[0] ?? 0) & 0xc0).toBe(0x40);
  }
  expect(new Set(serials.map((serial) => Buffer.from(serial ?? []).toString('hex'))).size).toBe(2400);
});

test('the revoked serials follow from the spec and are those of the revoked certificates', async () => {
  const spec = everydayDefects(300);
  const corpus = await makeCorpus(spec, { cacheDir: join(folder, 'one') });
  const held = identitiesOf(corpus, 'revoked').map(
    (identity) => certificateFields(leafOf(identity))?.serialNumber,
  );
  expect(revokedSerials(spec).map((serial) => Buffer.from(serial).toString('hex'))).toEqual(
    held.map((serial) => Buffer.from(serial ?? []).toString('hex')),
  );
});

test('identities lie in shared memory: another thread reads the very same bytes', async () => {
  const corpus = await makeCorpus(everydayDefects(2), { cacheDir: join(folder, 'ids') });
  const [identity] = identitiesOf(corpus, 'good');
  for (const bytes of [identity?.key, ...(identity?.chain ?? [])]) {
    expect(bytes?.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     parentPort.postMessage(require('node:crypto').hash('sha256', workerData.chain[0]));`,
    { eval: true, workerData: identity },
  );
  const digest = await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  expect(digest).toBe(
    createHash('sha256')
      .update(identity?.chain[0] ?? '')
      .digest('hex'),
  );
});

test('progress counts every identity with a certificate, made or reused', async () => {
  const cacheDir = join(folder, 'progress');
  for (const _ of ['cold', 'warm']) {
    const seen: { done: number; total: number; cohort: string }[] = [];
    await makeCorpus(everydayDefects(300), { cacheDir, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ done: 2400, total: 2400 });
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b));
  }
});

test.each([
  ['an unknown algorithm', { algorithm: 'rot13' }, /no algorithm "rot13"; known are ecdsa-p256/],
  ['an unknown defect', { cohorts: [{ name: 'a', defect: 'ugly', identities: 1 }] }, /no defect "ugly"/],
  ['a negative seed', { seed: -1 }, /^seed: -1/],
  ['half a CRL entry', { crlEntries: 0.5 }, /^crlEntries: 0.5/],
  [
    'a cohort that is no file name',
    { cohorts: [{ name: '../a', defect: 'none', identities: 1 }] },
    /cohorts\[0\]\.name/,
  ],
  [
    'a cohort of none',
    { cohorts: [{ name: 'a', defect: 'none', identities: 0 }] },
    /cohorts\[0\]\.identities: 0/,
  ],
  [
    'two cohorts of one name',
    { cohorts: ['a', 'a'].map((name) => ({ name, defect: 'none', identities: 1 })) },
    /cohorts\[1\]\.name: "a" is taken/,
  ],
])('%s is refused with its place', async (_, change, sentence) => {
  const error = await makeCorpus(
    { ...everydayDefects(1), ...change },
    { cacheDir: join(folder, 'none') },
  ).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PkiError);
  expect(error).toMatchObject({ code: 'bad-spec', message: expect.stringMatching(sentence) });
});

test('a validity holds for every certificate whose defect has none of its own, and another one is another certificate', async () => {
  const cohorts = [
    { name: 'good', defect: 'none', identities: 1 },
    { name: 'expired', defect: 'expired', identities: 1 },
  ];
  const of = async (day: string) => {
    const notBeforeMs = Date.parse(`${day}T00:00:00Z`);
    const validity = { notBeforeMs, notAfterMs: notBeforeMs + 3_600_000 };
    const corpus = await makeCorpus(
      { seed: 5, algorithm: 'ecdsa-p256', crlEntries: 0, validity, cohorts },
      { cacheDir: join(folder, 'validity') },
    );
    return cohorts.map(({ name }) => {
      const [identity] = identitiesOf(corpus, name);
      const { validFromDate, validToDate } = new X509Certificate(identity?.chain[0] ?? '');
      return [validFromDate.toISOString().slice(0, 16), validToDate.toISOString().slice(0, 16)];
    });
  };
  const expired = ['2023-01-01T00:00', '2024-12-31T23:59'];
  expect(await of('2030-05-01')).toEqual([['2030-05-01T00:00', '2030-05-01T01:00'], expired]);
  expect(await of('2030-05-02')).toEqual([['2030-05-02T00:00', '2030-05-02T01:00'], expired]);
});
