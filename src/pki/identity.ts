/**
 * One client of the corpus: what it presents in the handshake and at CONNECT. DER throughout; the byte arrays are views over a
 * SharedArrayBuffer, so that handing identities to another thread copies no key.
 */
export type Identity = {
  /** MQTT client id and user name. */
  clientId: string;
  /** PKCS #8 private key (RFC 5958), or null for a client without a certificate. */
  key: Uint8Array | null;
  /** Certificates (RFC 5280), leaf first, the root never among them; empty for a client without a certificate. */
  chain: Uint8Array[];
};

/** What the forge is asked for. Equal specs (and the forge's version) give the same corpus in all but keys and signatures. */
export type CorpusSpec = {
  seed: number;
  algorithm: string;
  crlEntries: number;
  cohorts: CohortSpec[];
};

/** `identities` may be 0 where the defect is to have no certificate: one such client is there all the same. */
export type CohortSpec = { name: string; defect: string; identities: number };

/** A corpus on disk: every path absolute, directories mode 0700, files 0600. */
export type Corpus = {
  dir: string;
  /** PEM: the roots that the broker trusts for clients. */
  clientCaFile: string;
  /** PEM: the root that clients trust for the broker (the same CA in this forge). */
  serverCaFile: string;
  serverCertFile: string;
  serverKeyFile: string;
  /** PEM CRL of the client CA; always there, may have no entries. */
  crlFile: string;
  /** DER size of the CRL in bytes and how many entries it has. */
  crl: { bytes: number; entries: number };
  cohorts: CorpusCohort[];
  /** The password that every identity sends at CONNECT where passwords are checked. One for all: what is measured is the check. */
  password: string;
  /** How the corpus came to be: of the identities that carry a certificate, how many were in the cache and how many had to be made. */
  made: { identities: number; reused: number; remade: number; ms: number };
};

export type CorpusCohort = { name: string; defect: string; identities: Identity[] };
