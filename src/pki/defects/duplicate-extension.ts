import { keyUsage } from '../extensions.ts';
import type { Defect } from './defect.ts';

export const duplicateExtension: Defect = {
  name: 'duplicate-extension',
  describe: 'has the extension key usage twice',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.2',
  // OpenSSL takes such a certificate for invalid as a whole, and so finds nobody who could have issued it.
  verifyErrors: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  shape: (template) => ({
    ...template,
    extensions: { ...template.extensions, keyUsageAgain: keyUsage(['digitalSignature']) },
  }),
};
