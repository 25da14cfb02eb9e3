/** OCSP messages (RFC 6960, RFC 5019, RFC 9654): made, read and verified. DER throughout. */

export {
  type CertId,
  type CertIdHash,
  type CertIdIssuer,
  certIdIssuerOf,
  certIdOf,
  issuerHashes,
  makeCertId,
} from './cert-id.ts';
export { longestNonceOctets, nonceOctets } from './nonce.ts';
export { OcspError } from './ocsp-error.ts';
export {
  type BasicResponse,
  type OcspResponse,
  readOcspResponse,
  type SingleResponse,
} from './read-response.ts';
export { revocationReasons } from './reasons.ts';
export { encodeOcspRequest, type OcspRequest, readOcspRequest } from './request.ts';
export { makeResponderCertificate, type ResponderCredential } from './responder-certificate.ts';
export {
  type CertStatus,
  type ErrorStatus,
  type OcspDraft,
  ocspErrorResponse,
  type ResponseStatus,
  responseStatuses,
  type SingleDraft,
  signOcspResponse,
} from './response.ts';
export { type OcspSigner, type OcspSignerOptions, ocspSigner, readPrivateKeyPem } from './signer.ts';
export {
  type OcspQuestion,
  type OcspRefusalCause,
  type OcspVerdict,
  OcspVerifier,
  verifyOcspResponse,
} from './verify.ts';
