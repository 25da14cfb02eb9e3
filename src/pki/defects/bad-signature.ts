import type { Defect } from './defect.ts';

/** The lowest bit of the last octet is the lowest bit of ECDSA's s, so the DER around it stays as it was. */
export function withLowestBitFlipped(signature: Uint8Array): Uint8Array {
  const last = signature.length - 1;
  signature[last] = (signature[last] ?? 0) ^ 1;
  return signature;
}

export const badSignature: Defect = {
  name: 'bad-signature',
  describe: "the CA's signature has one bit flipped: well-formed, and wrong",
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1.1.3, 6.1.3 (a)(1)',
  verifyErrors: ['CERT_SIGNATURE_FAILURE'],
  signature: withLowestBitFlipped,
};
