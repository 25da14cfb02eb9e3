import { createPrivateKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { context, octetString } from '../der.ts';
import { certificateFields, publicKeyBits } from '../der-reader.ts';
import { sameBytes } from './der-cursor.ts';
import { ocspSigningPurpose } from './extension.ts';
import { OcspError } from './ocsp-error.ts';
import { schemeFor } from './signature-schemes.ts';

/** Who signs responses, and how. */
export type OcspSigner = {
  /** ResponderID (RFC 6960 4.2.1), DER. */
  responderId: Uint8Array;
  /** Sent along with each response: the delegated responder's, none where the CA itself signs. */
  certificates: Uint8Array[];
  /** AlgorithmIdentifier. */
  signatureAlgorithm: Uint8Array;
  sign(tbs: Uint8Array): Uint8Array;
};

export type OcspSignerOptions = {
  /** The CA whose certificates are answered for, DER. */
  issuer: Uint8Array;
  /** The responder's, DER: the CA's own, or one that it has issued for OCSP signing. */
  certificate: Uint8Array;
  key: KeyObject;
  /** How the response names its responder; `key` (default) is the shorter. */
  identifiedBy?: 'name' | 'key';
};

/**
 * What signs the responses for a CA. Throws OcspError `bad-signer` where clients would refuse them: a key that is not the certificate's, or
 * a certificate that is neither the CA's own nor issued by it for OCSP signing (RFC 6960 4.2.2.2).
 */
export function ocspSigner(options: OcspSignerOptions): OcspSigner {
  const { issuer, certificate: der, key, identifiedBy = 'key' } = options;
  const scheme = schemeFor(key);
  if (scheme === undefined)
    throw bad(`a key of type ${key.asymmetricKeyType ?? 'unknown'} can't sign responses`);
  const certificate = readCertificate(der, "the responder's certificate");
  if (!certificate.checkPrivateKey(key)) throw bad("the responder's key is not the one of its certificate");
  const direct = sameBytes(der, issuer);
  if (!direct) refuseUnauthorised(certificate, readCertificate(issuer, "the CA's certificate"));
  return {
    responderId: responderId(der, identifiedBy),
    certificates: direct ? [] : [der],
    signatureAlgorithm: scheme.identifier,
    sign: (tbs) => scheme.sign(tbs, key),
  };
}

/** A private key from PEM. Throws OcspError `bad-signer`. */
export function readPrivateKeyPem(pem: string | Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw bad(
      `the responder's key is no private key in PEM without a pass phrase (${messageOf(error)})`,
      error,
    );
  }
}

function responderId(certificate: Uint8Array, by: 'name' | 'key'): Uint8Array {
  if (by === 'key') return context(2, octetString(hash('sha1', publicKeyBits(certificate), 'buffer')));
  return context(1, certificateFields(certificate)?.subject ?? new Uint8Array(0));
}

function refuseUnauthorised(certificate: X509Certificate, issuer: X509Certificate): void {
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
    throw bad("the responder's certificate was not issued by the CA that is answered for");
  if (!(certificate.keyUsage ?? []).includes(ocspSigningPurpose))
    throw bad(
      "the responder's certificate is not for OCSP signing: it lacks the extended key usage OCSPSigning",
    );
}

function readCertificate(der: Uint8Array, what: string): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw bad(`${what} can't be read (${messageOf(error)})`, error);
  }
}

const bad = (message: string, cause?: unknown): OcspError => new OcspError('bad-signer', message, { cause });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
