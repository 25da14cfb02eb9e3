import type { CertificateTemplate } from '../certificate.ts';

/**
 * A CA beside the regular ones, which some defect is about: one file, one line in `index.ts`. Made only where a corpus needs it; the
 * client CA (the first root) signs it unless something else is said.
 */
export type Authority = {
  name: string;
  describe: string;
  commonName: (seed: number) => string;
  /** `self`, `client-ca` (default), or another of these. */
  signedBy?: string;
  /** Uses the issuing CA's name in place of its own: `name` keeps its own key identifier, `name-and-key-id` borrows that too. */
  impersonates?: 'name' | 'name-and-key-id';
  /** Whether clients send its certificate (and those between it and the root) along. Default true. */
  sent?: boolean;
  /** Whether it publishes a CRL, so that a broker that checks the whole chain finds one. Default true. */
  crl?: boolean;
  /** Default: that of the corpus's CAs. */
  algorithm?: string;
  /** Changes its certificate before it is signed. */
  shape?: (template: CertificateTemplate) => CertificateTemplate;
};
