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

/**
 * What the forge is asked for. Equal specs (and the forge's version) give the same corpus in all but keys and signatures, and with
 * `fixedKeys` in these too. Whatever is left out has its default.
 */
export type CorpusSpec = {
  seed: number;
  /** Of the clients, and of their CA where `caAlgorithm` names no other. */
  algorithm: string;
  crlEntries: number;
  cohorts: CohortSpec[];
  caAlgorithm?: string;
  /** `pooled`: a few keys are shared by all identities of an algorithm, for those who can't wait. Default `fresh`. */
  keys?: 'fresh' | 'pooled';
  /** How many keys of an algorithm a pool has; default 200. */
  keyPool?: number;
  /** Keys that anybody can compute from the seed, so that files are equal byte for byte. For tests only. Default false. */
  fixedKeys?: boolean;
  /** Length of the serial numbers, 1 to 20 octets; default 16. */
  serialOctets?: number;
  /** Validity of the clients' certificates, milliseconds since 1970, where their defect has none of its own; default a fixed one, through 2049. */
  validity?: { notBeforeMs: number; notAfterMs: number };
  authorities?: AuthoritiesSpec;
  /** The user's own CA, in place of the first root. */
  signWith?: GivenAuthoritySpec;
  crl?: CrlSpec;
  certificate?: CertificateSpec;
};

/** `identities` may be 0 where the defect is to have no certificate: one such client is there all the same. */
export type CohortSpec = {
  name: string;
  defect: string;
  identities: number;
  /** In place of the corpus's: one algorithm, or several with their weights. */
  algorithm?: string | Record<string, number>;
  /** Laid over the corpus's. */
  certificate?: CertificateSpec;
  /** Where the defect is to end within the run: end of the validity, milliseconds since 1970; default a minute from now. */
  endsAtMs?: number;
};

/** Paths of a CA's certificate and key, PEM; the key is copied nowhere. */
export type GivenAuthoritySpec = { caFile: string; keyFile: string };

/** A folder of the user's own certificates, and which files of it are a cohort's: its name → a pattern such as `good-*.crt`. */
export type GivenCorpusSpec = { dir: string; cohorts: Record<string, string> };

/** The CAs above the clients. */
export type AuthoritiesSpec = {
  /** Certificates below the root: 1 is the client's alone, 4 has three intermediate CAs. Default 1. */
  depth?: number;
  /** `withheld`: clients send their own certificate alone, and the broker's CA file has the others. Default `sent`. */
  intermediates?: 'sent' | 'withheld';
  /** Roots, 1 to 4, that identities are issued under by turns. Default 1. */
  roots?: number;
  /** Clients of a later root send that root's certificate along, signed by the first root. Default false. */
  crossSigned?: boolean;
  /** Which roots the broker's CA file has. Default `all`. */
  trust?: 'all' | 'first-root';
  /** Of the issuing CA: how many CAs may follow (RFC 5280 4.2.1.9). */
  pathLength?: number;
  /** Of the issuing CA, which must then be below a root (`depth` 2 and more): names such as `dns:.example.org`, `email:`, `uri:`, `ip:10.0.0.0/8`, `dir:O=certstorm`. */
  nameConstraints?: { permitted?: string[]; excluded?: string[] };
};

/** The client CA's CRL. */
export type CrlSpec = {
  /** `direct` by default; the others are in `crls/index.ts`. */
  kind?: string;
  /** What is wrong with it; `none` by default, the others are in `crl-defects/index.ts`. */
  defect?: string;
  /** Of a partitioned CRL; default 4. */
  partitions?: number;
};

/** What a client's certificate looks like. Texts may hold `{index}`, `{number}`, `{clientId}`, `{cohort}`, `{seed}` and names of `values`. */
export type CertificateSpec = {
  /** `O=certstorm, CN={clientId}` by default; a comma in a value is written `\,`. */
  subject?: string;
  /** `dns:`, `uri:`, `email:` or `ip:` in front; `ip:10.0.0.0+{index}` counts. */
  subjectAltNames?: string[];
  /** Lists of words that identities take by turns: `{region}` for `region: [eu, us]`. */
  values?: Record<string, string[]>;
  keyUsage?: string[];
  /** Names such as `clientAuth`, or object identifiers. */
  extKeyUsage?: string[];
  /** Object identifiers. */
  policies?: string[];
  crlDistributionPoints?: string[];
  /** URI of an OCSP responder, in the authority information access. */
  ocsp?: string;
  /** URI of the issuer's certificate, in the authority information access. */
  caIssuers?: string;
  mustStaple?: boolean;
  /** Padded to about this many octets of DER, up to 65,536. */
  size?: number;
};

/** A corpus on disk: every path absolute, directories mode 0700, files 0600. */
export type Corpus = {
  dir: string;
  /** PEM: the roots that the broker trusts for clients, and intermediate CAs where clients withhold them. */
  clientCaFile: string;
  /** PEM: the root that clients trust for the broker: the first of the clients' roots in this forge. */
  serverCaFile: string;
  serverCertFile: string;
  serverKeyFile: string;
  /** PEM: the CRL of each issuing CA, the CRLs of those above it, one after the other. Always there, may have no entries. */
  crlFile: string;
  /** DER size of all CRLs in bytes and how many entries they have. */
  crl: { bytes: number; entries: number };
  cohorts: CorpusCohort[];
  /** The password that every identity sends at CONNECT where passwords are checked. One for all: what is measured is the check. */
  password: string;
  /** How the corpus came to be: of the identities that carry a certificate, how many were in the cache and how many had to be made. */
  made: { identities: number; reused: number; remade: number; ms: number };
  /** What whoever reads a result must know of the keys, a sentence each: that they are shared, or that anybody can compute them. */
  warnings: string[];
};

export type CorpusCohort = {
  name: string;
  defect: string;
  identities: Identity[];
  /** What the `wire` driver is to do wrong with them, by a name in `wire/lies/`. */
  lie?: string;
};
