import { resolve } from 'node:path';
import { madeNamed } from '../authority.ts';
import { makePrivateDirectory } from '../cache.ts';
import { utcTimeDigits } from '../der.ts';
import { clientIdOf } from '../forge.ts';
import { hierarchyOf } from '../hierarchy.ts';
import type { CohortSpec, CorpusSpec } from '../identity.ts';
import { pem } from '../pem.ts';
import { defectNamed } from '../registry.ts';
import { identitiesBefore } from '../revocation.ts';
import { cohortSerialNumbers } from '../serial.ts';
import { obtainAuthorities } from '../store.ts';
import { validity } from '../validity.ts';
import { revocationReasons } from './reasons.ts';
import { obtainResponder, type ResponderPem } from './responder-store.ts';

/** What an OCSP responder is to know of a CA that issues for clients. */
export type CorpusIssuer = ResponderPem & {
  caPem: string;
  /** In the form of `openssl ca`. */
  indexText: string;
  /** Of the CA itself, for whoever publishes its CRL. */
  caKeyPem: string;
};

/** The same for a folder of files, without the CA's key, and with an index that comes a stretch at a time. */
export type IssuerFolder = ResponderPem & {
  caPem: string;
  /** Path within the folder; empty where the folder's own `ca.crt` and `index.txt` are this CA's. */
  path: string;
  index: () => Iterable<string>;
};

/**
 * The CAs that issue for the clients of a corpus, each with a responder that it has delegated OCSP signing to, and with the status of all
 * that it has issued: the corpus's serial numbers follow from its spec. A certificate whose defect is its serial number is unknown. In
 * memory alone: the keys are in no file but the cache's.
 *
 * Throws PkiError: `bad-spec`, `cache-unwritable`.
 */
export function corpusIssuers(spec: CorpusSpec, cacheDir: string): CorpusIssuer[] {
  return issuersOf(spec, cacheDir).map(({ authority, index, responder }) => ({
    ...responder,
    caPem: pem('CERTIFICATE', authority.certificate).toString('latin1'),
    indexText: [...index()].join(''),
    caKeyPem: pem('PRIVATE KEY', authority.pkcs8).toString('latin1'),
  }));
}

/**
 * The same for `writePemFolder`: in the folder itself where its `ca.crt` is the one CA that issues, else in folders `ocsp-1`, `ocsp-2`, …
 *
 * Throws as `corpusIssuers` does.
 */
export function issuerFolders(spec: CorpusSpec, cacheDir: string): IssuerFolder[] {
  const { issuing, trusted } = hierarchyOf(spec);
  const alone = issuing.length === 1 && trusted.length === 1 && issuing[0] === trusted[0];
  return issuersOf(spec, cacheDir).map(({ authority, index, responder }, root) => ({
    ...responder,
    caPem: pem('CERTIFICATE', authority.certificate).toString('latin1'),
    path: alone ? '' : `ocsp-${root + 1}`,
    index,
  }));
}

function issuersOf(spec: CorpusSpec, cacheDir: string) {
  const dir = resolve(cacheDir);
  makePrivateDirectory(dir, false);
  const hierarchy = hierarchyOf(spec);
  const keys = { seed: spec.seed, fixed: spec.fixedKeys === true };
  const made = obtainAuthorities(dir, hierarchy.plans, keys);
  return hierarchy.issuing.map((name, root) => {
    const authority = madeNamed(made, name);
    const index = () => indexLines(spec, root, hierarchy.issuing.length);
    return { authority, index, responder: obtainResponder(dir, authority, keys) };
  });
}

const stretch = 1000;

/** The lines of one root, some at a time. Identities take the roots by turns. */
function* indexLines(spec: CorpusSpec, root: number, roots: number): Iterable<string> {
  const before = identitiesBefore(spec);
  for (const cohort of spec.cohorts.filter(issuedByClientCa)) {
    const state = stateOf(cohort);
    const options = { octets: spec.serialOctets, before: before.get(cohort.name) };
    for (let from = 0; from < cohort.identities; from += stretch) {
      const count = Math.min(stretch, cohort.identities - from);
      const serials = cohortSerialNumbers(spec.seed, cohort.name, from, count, options);
      yield serials
        .map((serialNumber, i) => ({ serialNumber, index: from + i }))
        .filter(({ index }) => index % roots === root)
        .map(({ serialNumber, index }) => indexLine(state, serialNumber, clientIdOf(cohort.name, index)))
        .join('');
    }
  }
}

const indexLine = (state: string, serialNumber: Uint8Array, clientId: string): string =>
  `${state}\t${Buffer.from(serialNumber).toString('hex').toUpperCase()}\tunknown\t/CN=${clientId}\n`;

function issuedByClientCa({ defect: name }: CohortSpec): boolean {
  const { certificate, issuer = 'client-ca' } = defectNamed(name);
  return certificate && issuer === 'client-ca';
}

const expiry = utcTimeDigits(validity.good.notAfter);
const revokedAt = utcTimeDigits(validity.revocationDate);

function stateOf({ defect }: CohortSpec): string {
  const { revoked } = defectNamed(defect);
  if (revoked === undefined) return `V\t${expiry}\t`;
  const [reason] = Object.entries(revocationReasons).find(([, code]) => code === revoked.reason) ?? [];
  return `R\t${expiry}\t${revokedAt}${reason === undefined ? '' : `,${reason}`}`;
}
