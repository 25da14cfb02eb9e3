/**
 * A way for a CRL to be wrong (or `none`): one file, one line in `index.ts`. It concerns the CRLs of the CAs that issue for clients, and so
 * everybody at once: a broker that checks revocation must then let nobody in.
 */
export type CrlDefect = {
  name: string;
  describe: string;
  /** What becomes of a good certificate. */
  expect: 'accept' | 'reject';
  clause?: string;
  /** As in a certificate's defect. */
  verifyErrors: readonly string[];
  /** false where the CRL is not there. */
  published?: false;
  validity?: { thisUpdate: Date; nextUpdate: Date };
  extension?: Uint8Array;
  /** Changes the signature value. */
  signature?: (signature: Uint8Array) => Uint8Array;
};
