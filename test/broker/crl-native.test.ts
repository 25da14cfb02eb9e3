import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect, it } from 'vitest';
import { type BrokerConfig, defaultBrokerSettings } from '../../src/broker/config.ts';
import { crlNative } from '../../src/broker/revocation/crl-native.ts';
import { RevocationFigures } from '../../src/broker/revocation/figures.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { scratchFolder } from '../pki/scratch.ts';

const folder = scratchFolder();

it('hands OpenSSL every CRL of the file, each by itself, for Node would read the first alone', async () => {
  const corpus = await makeCorpus(
    {
      seed: 7,
      algorithm: 'ecdsa-p256',
      crlEntries: 10,
      cohorts: [{ name: 'good', defect: 'none', identities: 1 }],
      authorities: { depth: 3 },
    },
    { cacheDir: join(folder, 'cache') },
  );
  const config = { ...corpus, settings: defaultBrokerSettings } as unknown as BrokerConfig;
  const { crl, close } = await crlNative.open(config, new RevocationFigures());
  await close();
  expect(crl).toHaveLength(3);
  expect(
    Buffer.concat(crl ?? [])
      .toString()
      .replaceAll('\n', ''),
  ).toBe(readFileSync(corpus.crlFile, 'utf8').replaceAll('\n', ''));
  for (const one of crl ?? []) expect(() => createSecureContext({ crl: one })).not.toThrow();
});
