/**
 * Which alert a TLS server on OpenSSL sends for a verify error (X509_V_ERR_…, by number, as `openssl verify` prints it): ssl_x509err2alert
 * in its sources, the same from 3.0 to 3.5.
 */
const numbers: Readonly<Record<string, readonly number[]>> = {
  bad_certificate: [4, 5, 6, 9, 11, 13, 14, 15, 16, 27, 28, 62, 63, 64, 65, 66, 67, 68, 94],
  certificate_expired: [10, 12],
  certificate_revoked: [23],
  decrypt_error: [7, 8],
  handshake_failure: [50],
  internal_error: [1, 17, 69, 70],
  unknown_ca: [2, 3, 18, 19, 20, 21, 22, 25, 33, 79],
  unsupported_certificate: [26],
};

const alerts = new Map(
  Object.entries(numbers).flatMap(([alert, errors]) => errors.map((error) => [error, alert] as const)),
);

export const alertFor = (verifyError: number): string => alerts.get(verifyError) ?? 'certificate_unknown';
