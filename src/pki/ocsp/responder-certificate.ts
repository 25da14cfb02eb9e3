import { createPrivateKey, hash, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { KeyPair } from '../algorithms/algorithm.ts';
import { ecdsaP256 } from '../algorithms/ecdsa-p256.ts';
import {
  bitString,
  context,
  integer,
  nullValue,
  oid,
  sequence,
  setOf,
  time,
  unsignedInteger,
  utf8String,
} from '../der.ts';
import { certificateFields, publicKeyBits } from '../der-reader.ts';
import { authorityKeyIdentifier, basicConstraints, keyUsage, subjectKeyIdentifier } from '../extensions.ts';
import { encodeExtension, ocspOids, ocspSigningPurpose } from './extension.ts';
import { OcspError } from './ocsp-error.ts';
import { schemeFor } from './signature-schemes.ts';

const extKeyUsageOid = oid('2.5.29.37');

export type ResponderCredential = {
  /** DER. */
  certificate: Uint8Array;
  key: KeyObject;
};

/** What a responder's certificate is made of where it is to be the same each time. */
export type ResponderMaterial = {
  pair: KeyPair;
  serialNumber: Uint8Array;
  notBefore: Date;
  /** Signs by the CA's key. */
  sign: (tbs: Uint8Array) => Uint8Array;
};

/**
 * A P-256 key, new where `material` has none, with a certificate that a CA delegates OCSP signing by (RFC 6960 4.2.2.2): extended key usage OCSPSigning, and
 * id-pkix-ocsp-nocheck, since nobody answers for the responder itself (4.2.2.2.1). It ends with the CA's certificate.
 * Throws OcspError `bad-signer` where the CA's certificate or key can't be used.
 */
export function makeResponderCertificate(
  ca: {
    certificate: Uint8Array;
    pkcs8: Uint8Array;
  },
  material: Partial<ResponderMaterial> = {},
): ResponderCredential {
  const caKey = createPrivateKey({ key: Buffer.from(ca.pkcs8), format: 'der', type: 'pkcs8' });
  const scheme = schemeFor(caKey);
  const issuer = certificateFields(ca.certificate);
  if (scheme === undefined || issuer === null)
    throw new OcspError(
      'bad-signer',
      "the CA's certificate or key can't be used to sign a responder's certificate",
    );
  const { validToDate } = new X509Certificate(ca.certificate);
  const {
    pair = ecdsaP256.makeKeyPair(),
    serialNumber = randomBytes(16),
    notBefore = new Date(Date.now() - clockSkewMs),
    sign = (tbs) => scheme.sign(tbs, caKey),
  } = material;
  const tbs = sequence(
    context(0, integer(2)),
    unsignedInteger(serialNumber),
    scheme.identifier,
    issuer.subject,
    sequence(time(notBefore), time(validToDate)),
    sequence(setOf(sequence(oid('2.5.4.3'), utf8String('certstorm OCSP responder')))),
    pair.spki,
    context(
      3,
      sequence(
        basicConstraints({ ca: false }),
        keyUsage(['digitalSignature']),
        encodeExtension(extKeyUsageOid, sequence(oid(ocspSigningPurpose))),
        subjectKeyIdentifier(hash('sha1', pair.publicKey, 'buffer')),
        authorityKeyIdentifier(hash('sha1', publicKeyBits(ca.certificate), 'buffer')),
        encodeExtension(ocspOids.noCheck, nullValue()),
      ),
    ),
  );
  return {
    certificate: sequence(tbs, scheme.identifier, bitString(sign(tbs))),
    key: createPrivateKey({ key: Buffer.from(pair.pkcs8), format: 'der', type: 'pkcs8' }),
  };
}

/** A client whose clock is behind ours by this much still takes the certificate for valid. */
const clockSkewMs = 60 * 60 * 1000;
