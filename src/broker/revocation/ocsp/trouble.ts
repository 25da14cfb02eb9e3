import type { OcspRefusalCause } from '../../../pki/ocsp/index.ts';

/** Why a question to the responder brought no status, one word each. */
export type OcspTroubleCause =
  | 'ocsp-no-url'
  | 'ocsp-unreachable'
  | 'ocsp-timeout'
  | 'ocsp-http-status'
  | 'ocsp-too-large'
  | 'ocsp-content-type'
  /** The CA's certificate is one that nothing can be verified with. */
  | 'ocsp-issuer'
  | `ocsp-${OcspRefusalCause}`;

const refusals: Record<OcspRefusalCause, true> = {
  malformed: true,
  'responder-error': true,
  'unsupported-response-type': true,
  'responder-unknown': true,
  'responder-not-issued-by-ca': true,
  'responder-not-for-ocsp-signing': true,
  'responder-certificate-expired': true,
  'unsupported-signature-algorithm': true,
  'bad-signature': true,
  'unknown-critical-extension': true,
  'nonce-missing': true,
  'nonce-mismatch': true,
  'cert-id-mismatch': true,
  'not-yet-valid': true,
  expired: true,
  'too-old': true,
};

export const ocspTroubleCauses: readonly OcspTroubleCause[] = [
  'ocsp-no-url',
  'ocsp-unreachable',
  'ocsp-timeout',
  'ocsp-http-status',
  'ocsp-too-large',
  'ocsp-content-type',
  'ocsp-issuer',
  ...(Object.keys(refusals) as OcspRefusalCause[]).map((cause) => `ocsp-${cause}` as const),
];
