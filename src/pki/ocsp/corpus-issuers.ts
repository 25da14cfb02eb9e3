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
import { makeResponderCertificate } from './responder-certificate.ts';

/** What an OCSP responder is to know of a CA that issues for clients. In memory alone: the keys are in no file but the cache's. */
export type CorpusIssuer = {
  caPem: string;
  /** In the form of `openssl ca`. */
  indexText: string;
  responderCertPem: string;
  responderKeyPem: string;
  /** Of the CA itself, for whoever publishes its CRL. */
  caKeyPem: string;
};

/**
 * The CAs that issue for the clients of a corpus, each with a responder that it has delegated OCSP signing to just now, and with the status
 * of all that it has issued: the corpus's serial numbers follow from its spec. A certificate whose defect is its serial number is unknown.
 *
 * Throws PkiError: `bad-spec`, `cache-unwritable`.
 */
export function corpusIssuers(spec: CorpusSpec, cacheDir: string): CorpusIssuer[] {
  const dir = resolve(cacheDir);
  makePrivateDirectory(dir, false);
  const hierarchy = hierarchyOf(spec);
  const made = obtainAuthorities(dir, hierarchy.plans, { seed: spec.seed, fixed: spec.fixedKeys === true });
  const lines = indexLines(spec, hierarchy.issuing.length);
  return hierarchy.issuing.map((name, root) => {
    const authority = madeNamed(made, name);
    const responder = makeResponderCertificate(authority);
    return {
      caPem: pem('CERTIFICATE', authority.certificate).toString('latin1'),
      indexText: (lines[root] ?? []).join(''),
      responderCertPem: pem('CERTIFICATE', responder.certificate).toString('latin1'),
      responderKeyPem: responder.key.export({ format: 'pem', type: 'pkcs8' }).toString(),
      caKeyPem: pem('PRIVATE KEY', authority.pkcs8).toString('latin1'),
    };
  });
}

/** Identities take the roots by turns. */
function indexLines(spec: CorpusSpec, roots: number): string[][] {
  const perRoot: string[][] = Array.from({ length: roots }, () => []);
  const before = identitiesBefore(spec);
  for (const cohort of spec.cohorts.filter(issuedByClientCa)) {
    const state = stateOf(cohort);
    const options = { octets: spec.serialOctets, before: before.get(cohort.name) };
    const serials = cohortSerialNumbers(spec.seed, cohort.name, 0, cohort.identities, options);
    for (const [index, serialNumber] of serials.entries()) {
      const serial = Buffer.from(serialNumber).toString('hex').toUpperCase();
      perRoot[index % roots]?.push(`${state}\t${serial}\tunknown\t/CN=${clientIdOf(cohort.name, index)}\n`);
    }
  }
  return perRoot;
}

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
