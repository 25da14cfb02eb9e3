import { issuingDistributionPoint } from '../extensions.ts';
import type { CrlList } from './crl-kind.ts';

/**
 * What goes along with CRLs that are for clients alone: a broker that checks the whole chain wants one for the CAs, also for the root, and
 * takes none of the others for it (RFC 5280 6.3.3 (b)(2)).
 */
export const forCaCertificates: CrlList = {
  revoked: [],
  padding: 0,
  paddingFrom: 0,
  crlNumber: 1,
  extensions: [issuingDistributionPoint('ca-certificates')],
};
