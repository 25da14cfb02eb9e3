import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { opensslVerify } from '../pki/openssl-verify.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { connectAs, openHere } from './open-here.ts';

const folder = scratchFolder();

const named = (corpus: Corpus) =>
  new Map(
    corpus.cohorts.flatMap(({ name, identities }) =>
      identities.map((identity, i): [string, Identity] => [`${name}.${i}`, identity]),
    ),
  );

async function verdictsOf(corpus: Corpus, revocation: string): Promise<Record<string, boolean>> {
  const broker = await openHere(corpus, { revocation });
  const attempts = [...named(corpus)].map(
    async ([name, identity]): Promise<[string, boolean]> => [name, (await connectAs(broker, identity)) === 0],
  );
  return Object.fromEntries(await Promise.all(attempts));
}

const once = [
  'revoked-key-compromise',
  'revoked-certificate-hold',
  'shared-serial',
  'same-ca-name',
  'rekeyed-ca',
]
  .concat(['negative-serial', 'zero-serial', 'unknown-ca', 'expired'])
  .map((defect) => ({ name: defect, defect, identities: 1 }));

const spec = (more: Partial<CorpusSpec>): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 50,
  cohorts: [
    { name: 'good', defect: 'none', identities: 4 },
    { name: 'revoked', defect: 'revoked', identities: 4 },
    ...once,
  ],
  ...more,
});

describe.each([
  ['the CA is a root', {}],
  ['one CA lies between', { authorities: { depth: 2 } }],
  ['two lie between, and the broker has them', { authorities: { depth: 3, intermediates: 'withheld' } }],
  ['there are two roots', { authorities: { roots: 2, depth: 2 } }],
  ['the list is partitioned', { crl: { kind: 'partitioned' } }],
  ['the list is indirect', { crl: { kind: 'indirect' } }],
  ['the list is signed by nobody', { crl: { defect: 'bad-signature' } }],
  ['the list has run out', { crl: { defect: 'expired' } }],
  ['the list is not there', { crl: { defect: 'missing' } }],
  ['the list has an extension that no one knows', { crl: { defect: 'unknown-critical-extension' } }],
] satisfies [string, Partial<CorpusSpec>][])('where %s', (_, more) => {
  test('the index decides as OpenSSL does, in the broker and on the command line', async () => {
    const corpus = await makeCorpus(spec(more), { cacheDir: join(folder, 'cache') });
    const indexed = await verdictsOf(corpus, 'crl-indexed');
    expect(indexed).toEqual(await verdictsOf(corpus, 'crl-native'));
    const presented = new Map([...named(corpus)].filter(([, { key }]) => key !== null));
    const openssl = opensslVerify(folder, corpus, presented, ['-x509_strict', '-crl_check_all']);
    for (const [name, verdict] of openssl) expect([name, indexed[name]]).toEqual([name, verdict === 'OK']);
  });
});

test('a delta changes its base, as openssl verify -use_deltas has it', async () => {
  const corpus = await makeCorpus(spec({ crl: { kind: 'delta' } }), { cacheDir: join(folder, 'cache') });
  const indexed = await verdictsOf(corpus, 'crl-indexed');
  const presented = new Map([...named(corpus)].filter(([, { key }]) => key !== null));
  const flags = ['-x509_strict', '-crl_check_all', '-use_deltas'];
  for (const [name, verdict] of opensslVerify(folder, corpus, presented, flags))
    expect([name, indexed[name]]).toEqual([name, verdict === 'OK']);
  expect(indexed).toMatchObject({ 'good.0': true, 'revoked.0': false });
});
