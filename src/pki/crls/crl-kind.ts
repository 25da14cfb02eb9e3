import type { Part } from '../certificate.ts';

/** A certificate that is in a CRL. */
export type Revocation = {
  /** Unsigned, big-endian. */
  serialNumber: Uint8Array;
  /** CRLReason (RFC 5280 5.3.1); without one the entry has no extension. */
  reason?: number;
  /** Place in its cohort, from 0. */
  index: number;
};

/** One CRL to be made: what is in it, and in what scope. */
export type CrlList = {
  revoked: readonly Revocation[];
  /** Entries beside them, with serial numbers that no one holds; counted over the lists of an issuer from `paddingFrom`. */
  padding: number;
  paddingFrom: number;
  crlNumber: number;
  /** Extensions beside the authority key identifier and the CRL number. */
  extensions: readonly Uint8Array[];
  /** Of the first entry, from which the later ones inherit (RFC 5280 5.3.3). */
  firstEntryExtensions?: readonly Uint8Array[];
  /** An authority of `authorities/` in place of the issuing CA. */
  signedBy?: string;
};

/** What a kind of CRL is told of the corpus. */
export type CrlScope = {
  partitions: number;
  /** Name of the issuing CA, and of the CRL issuer where there is one. */
  issuer: Uint8Array;
  crlIssuer: Uint8Array;
  /** Certificates that were on hold once. Of use to a kind that publishes changes. */
  released: readonly Revocation[];
};

/** How a CA publishes what it has revoked: one file, one line in `index.ts`. */
export type CrlKind = {
  name: string;
  describe: string;
  clause: string;
  /** Authorities that it takes, and whose certificates clients send along. */
  needs?: readonly string[];
  /** What `openssl verify` has to be told beside `-crl_check`; a broker without such an option does not honour this kind. */
  opensslFlags: readonly string[];
  /** The extension of a client's certificate that names its CRL. */
  distributionPoints?: (scope: Omit<CrlScope, 'crlIssuer' | 'released'> & { crlIssuer?: Uint8Array }) => Part;
  /** The CRLs of one issuing CA. */
  lists: (revoked: readonly Revocation[], padding: number, scope: CrlScope) => CrlList[];
};
