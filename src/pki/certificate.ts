import { context, integer, sequence, time, unsignedInteger } from './der.ts';
import { extensions } from './extensions.ts';

/** What differs between the certificates of one cohort. */
export type Subject = {
  clientId: string;
  /** Place in the cohort, from 0. */
  index: number;
  /** Unsigned, big-endian. */
  serialNumber: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array;
  /** SHA-1 of the public key's bits (RFC 5280 4.2.1.2). */
  keyId: Uint8Array;
};

/** Part of a certificate that is the same for a whole cohort, or is made for each subject. DER either way. */
export type Part = Uint8Array | ((subject: Subject) => Uint8Array);

/** A TBSCertificate (RFC 5280 4.1.2) with its subject left open: what a defect may change before anything is encoded. */
export type CertificateTemplate = {
  /** AlgorithmIdentifier inside the signed part. */
  signatureAlgorithm: Uint8Array;
  /** Name; null where the subject is its own issuer. */
  issuer: Uint8Array | null;
  notBefore: Date;
  notAfter: Date;
  /** Name. */
  subject: (subject: Subject) => Uint8Array;
  /** By name, encoded in this order. */
  extensions: Record<string, Part>;
};

/** Version v3 (RFC 5280 4.1.2.1). */
const version3 = context(0, integer(2));

/** Encodes what is constant once; the function returned writes the TBSCertificate of one subject. */
export function tbsCertificateWriter(template: CertificateTemplate): (subject: Subject) => Uint8Array {
  const { issuer, signatureAlgorithm } = template;
  const validity = sequence(time(template.notBefore), time(template.notAfter));
  const parts = mergeConstants(Object.values(template.extensions));
  const beforeSubject = issuer && Buffer.concat([signatureAlgorithm, issuer, validity]);
  return (subject) => {
    const subjectName = template.subject(subject);
    return sequence(
      version3,
      unsignedInteger(subject.serialNumber),
      beforeSubject ?? Buffer.concat([signatureAlgorithm, subjectName, validity]),
      subjectName,
      subject.spki,
      extensions(
        3,
        parts.map((part) => (typeof part === 'function' ? part(subject) : part)),
      ),
    );
  };
}

/** Neighbouring constant parts become one, so that they are copied at once. */
function mergeConstants(parts: readonly Part[]): Part[] {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part !== 'function' && last !== undefined && typeof last !== 'function') {
      merged[merged.length - 1] = Buffer.concat([last, part]);
    } else {
      merged.push(part);
    }
  }
  return merged;
}
