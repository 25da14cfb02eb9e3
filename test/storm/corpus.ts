import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';

export type TestCorpus = {
  corpus: Corpus;
  serverCa: string;
  serverKey: string;
  serverCert: string;
  identities(cohort: string): Identity[];
  folder: string;
  remove(): void;
};

/** Identities of these defects, made by the forge in a folder of this test file's own. */
export async function testCorpus(defects: readonly string[], identities: number): Promise<TestCorpus> {
  const folder = mkdtempSync(join(tmpdir(), 'certstorm-storm-test-'));
  const corpus = await makeCorpus(
    {
      seed: 5,
      algorithm: 'ecdsa-p256',
      crlEntries: 20,
      cohorts: defects.map((defect) => ({ name: defect, defect, identities })),
    },
    { cacheDir: folder, threads: 1 },
  );
  return {
    corpus,
    folder,
    serverCa: readFileSync(corpus.serverCaFile, 'utf8'),
    serverKey: readFileSync(corpus.serverKeyFile, 'utf8'),
    serverCert: readFileSync(corpus.serverCertFile, 'utf8'),
    identities: (cohort) => corpus.cohorts.find(({ name }) => name === cohort)?.identities ?? [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
