import type { Revocation } from './crls/crl-kind.ts';
import type { Defect } from './defects/defect.ts';
import type { CohortSpec, CorpusSpec } from './identity.ts';
import { defectNamed } from './registry.ts';
import { cohortSerialNumbers } from './serial.ts';

/** Identities of the cohorts before each one that carry a certificate: what short serial numbers are counted from. */
export function identitiesBefore(spec: CorpusSpec): Map<string, number> {
  const before = new Map<string, number>();
  let count = 0;
  for (const { name, defect, identities } of spec.cohorts) {
    before.set(name, count);
    if (defectNamed(defect).certificate) count += identities;
  }
  return before;
}

/** What the issuing CAs have revoked, apart for each root: identities take the roots by turns. It follows from the spec alone. */
export const revocations = (spec: CorpusSpec, roots: number): Revocation[][] =>
  listed(spec, roots, ({ revoked }) => revoked);

/** What they have had on hold and released again, likewise. */
export const releases = (spec: CorpusSpec, roots: number): Revocation[][] =>
  listed(spec, roots, ({ released }) => (released ? {} : undefined));

function listed(
  spec: CorpusSpec,
  roots: number,
  entryOf: (defect: Defect) => { reason?: number } | undefined,
): Revocation[][] {
  const before = identitiesBefore(spec);
  const perRoot: Revocation[][] = Array.from({ length: roots }, () => []);
  for (const { name, defect, identities } of spec.cohorts) {
    const entry = entryOf(defectNamed(defect));
    if (!entry) continue;
    const options = { octets: spec.serialOctets, before: before.get(name) };
    for (const [index, serialNumber] of cohortSerialNumbers(
      spec.seed,
      name,
      0,
      identities,
      options,
    ).entries()) {
      perRoot[index % roots]?.push({ serialNumber, index, ...entry });
    }
  }
  return perRoot;
}

/**
 * Serial numbers (unsigned big-endian, the contents octets of CertificateSerialNumber) of the identities that the client CA has revoked.
 * They follow from the spec alone. Throws PkiError `bad-spec` for an unknown defect.
 */
export function revokedSerials(spec: CorpusSpec): Uint8Array[] {
  return revocations(spec, 1).flatMap((list) => list.map(({ serialNumber }) => serialNumber));
}

/** The algorithms of a cohort with their weights. */
export function algorithmWeights(spec: CorpusSpec, cohort: CohortSpec): Record<string, number> {
  const wanted = cohort.algorithm ?? spec.algorithm;
  return typeof wanted === 'string' ? { [wanted]: 1 } : wanted;
}
