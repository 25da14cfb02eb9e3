import { BrokerError } from '../broker-error.ts';
import type { RevocationCheck } from './check.ts';

/**
 * A client could send the responder's answer along with its certificate, if the server asked for it by `status_request` in its
 * CertificateRequest (RFC 8446 4.4.2.1; in TLS 1.2 there is no such thing). OpenSSL does not: its server never writes that extension there
 * ("We don't currently support this extension inside a CertificateRequest", tls_construct_stoc_status_request), and refuses what it has not
 * asked for. So the check has a name, and says why it can't be had.
 */
export const ocspStapled: RevocationCheck = {
  name: 'ocsp-stapled',
  async open() {
    throw new BrokerError(
      'ERR_BROKER_OCSP_STAPLED',
      `the revocation check ocsp-stapled is impossible here: OpenSSL ${process.versions.openssl} under Node does not ask clients for a stapled OCSP response (status_request in CertificateRequest, RFC 8446 4.4.2.1), and a client may not send one unasked; choose ocsp or ocsp-cached`,
    );
  },
};
