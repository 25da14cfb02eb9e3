import type { CorpusSpec } from './identity.ts';
import { defectNamed } from './registry.ts';
import { cohortSerialNumbers } from './serial.ts';

/**
 * Serial numbers (unsigned big-endian, the contents octets of CertificateSerialNumber) of the identities that the client CA has revoked.
 * They follow from the spec alone. Throws PkiError `bad-spec` for an unknown defect.
 */
export function revokedSerials(spec: CorpusSpec): Uint8Array[] {
  return spec.cohorts
    .filter((cohort) => defectNamed(cohort.defect).revoked)
    .flatMap((cohort) => cohortSerialNumbers(spec.seed, cohort.name, 0, cohort.identities));
}
