import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, CorpusSpec, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { corpusIssuers } from '../../src/pki/ocsp/corpus-issuers.ts';
import { pem } from '../../src/pki/pem.ts';
import { type CrlDocument, readCrl } from '../../src/services/crl/crl-document.ts';
import { type CrlChange, signCrl } from '../../src/services/crl/sign-crl.ts';

const dayMs = 24 * 3600_000;

export const spec = (seed: number, more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed,
  algorithm: 'ecdsa-p256',
  crlEntries: 5,
  cohorts: [
    { name: 'good', defect: 'none', identities: 2 },
    { name: 'revoked', defect: 'revoked', identities: 1 },
  ],
  ...more,
});

export const identityOf = (corpus: Corpus, cohort: string, index = 0): Identity => {
  const found = corpus.cohorts.find(({ name }) => name === cohort)?.identities[index];
  if (found === undefined) throw new Error(`the corpus has no ${cohort}`);
  return found;
};

export const serialOf = ({ chain: [leaf] }: Identity) =>
  new X509Certificate(leaf ?? new Uint8Array(0)).serialNumber;

let files = 0;

/** A corpus with a CRL file of its own that the CA's key can replace. */
export async function publisher(folder: string, seed = 7) {
  const cacheDir = join(folder, 'cache');
  const corpus = await makeCorpus(spec(seed), { cacheDir });
  files += 1;
  const crlFile = join(folder, `crl-${files}.pem`);
  cpSync(corpus.crlFile, crlFile);
  const [issuer] = corpusIssuers(spec(seed), cacheDir);
  const key = createPrivateKey(issuer?.caKeyPem ?? '');
  const base64 = readFileSync(crlFile, 'latin1').replace(/-----[^-]+-----|\s/g, '');
  const first = readCrl(Buffer.from(base64, 'base64'), 'the CRL');
  const put = (contents: Uint8Array | string) => {
    writeFileSync(`${crlFile}.next`, contents);
    renameSync(`${crlFile}.next`, crlFile);
  };
  /** The first CRL with a change, its number one higher; `by` another key, of a CA of the same name. */
  const signed = (change: Partial<CrlChange> = {}, from: CrlDocument = first, by = key) => {
    const now = Date.now();
    return signCrl(
      from,
      { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + dayMs), ...change },
      by,
    );
  };
  const revoking = (who: Identity): Partial<CrlChange> => ({
    revoked: { serials: [Buffer.from(serialOf(who), 'hex')], at: new Date() },
  });
  const putList = (crl: { der: Uint8Array }) => put(pem('X509 CRL', crl.der));
  return { corpus: { ...corpus, crlFile }, issuer, first, put, putList, signed, revoking };
}
