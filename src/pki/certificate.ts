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
  /** Default 3; version 1 is said by leaving the field out (RFC 5280 4.1.2.1). */
  version?: 1 | 2 | 3;
  /** A whole INTEGER in place of the subject's serial number. */
  serialNumber?: (subject: Subject) => Uint8Array;
  /** AlgorithmIdentifier inside the signed part. */
  signatureAlgorithm: Uint8Array;
  /** Name; null where the subject is its own issuer. */
  issuer: Uint8Array | null;
  /** A date is encoded as RFC 5280 4.1.2.5 wants it; bytes are a whole Time. */
  notBefore: Date | Uint8Array;
  notAfter: Date | Uint8Array;
  /** Name. */
  subject: (subject: Subject) => Uint8Array;
  /** By name, encoded in this order; with none the field is left out. */
  extensions: Record<string, Part>;
};

/** Version (RFC 5280 4.1.2.1); v1 is the default and so has no octets (X.690 11.5). */
const version = (number: 1 | 2 | 3): Uint8Array =>
  number === 1 ? new Uint8Array(0) : context(0, integer(number - 1));

const encodedTime = (at: Date | Uint8Array): Uint8Array => (at instanceof Date ? time(at) : at);

/** Encodes what is constant once; the function returned writes the TBSCertificate of one subject. */
export function tbsCertificateWriter(template: CertificateTemplate): (subject: Subject) => Uint8Array {
  const { issuer, signatureAlgorithm, serialNumber } = template;
  const validity = sequence(encodedTime(template.notBefore), encodedTime(template.notAfter));
  const versionField = version(template.version ?? 3);
  const parts = mergeConstants(Object.values(template.extensions));
  const beforeSubject = issuer && Buffer.concat([signatureAlgorithm, issuer, validity]);
  return (subject) => {
    const subjectName = template.subject(subject);
    return sequence(
      versionField,
      serialNumber?.(subject) ?? unsignedInteger(subject.serialNumber),
      beforeSubject ?? Buffer.concat([signatureAlgorithm, subjectName, validity]),
      subjectName,
      subject.spki,
      parts.length === 0
        ? none
        : extensions(
            3,
            parts.map((part) => (typeof part === 'function' ? part(subject) : part)),
          ),
    );
  };
}

const none = new Uint8Array(0);

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
