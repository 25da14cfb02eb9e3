import { type AdmissionLimits, noLimits } from './admission.ts';
import type { AuthorizationRule } from './authorization/rule.ts';
/** What the bundled broker's process is told on its control channel, before it listens. Paths are absolute. */
export type BrokerConfig = {
  host: string;
  port: number;
  certFile: string;
  keyFile: string;
  /** PEM roots trusted for clients. */
  clientCaFile: string;
  /** PEM CRL, read where the revocation check wants one. */
  crlFile: string;
  revocation: string;
  connectAuth: string;
  /** Users and their passwords' hashes, in a file or in a database's table, where the connectAuth kind wants them. */
  usersFile: string | null;
  userTable: string | null;
  sessionTickets: boolean;
  transport: 'tls' | 'wss' | 'tcp';
  /** Null or left out: 1.2 and 1.3. */
  tlsVersions?: ('1.2' | '1.3')[] | null;
  /** `none`: clients are not asked for a certificate. */
  clientCertificates: 'required' | 'none';
  /** The OCSP responder and the CRL distribution point, `http://…`, where the settings ask them. */
  ocspUrl: string | null;
  crlUrl: string | null;
  /** SHA-256 fingerprints of the certificates that `allow-list` lets in, one a line in hexadecimal. */
  allowListFile?: string | null;
  /** The auth service, where `connectAuth` asks one. */
  authUrl: string | null;
  settings: BrokerSettings;
};

/** What a scenario says under `broker`. */
export type BrokerSettings = {
  /** How long a client may take for the TLS handshake, and then again until its CONNECT is there. */
  handshakeTimeoutMs: number;
  /** What becomes of a client whose revocation status cannot be had. */
  onUnavailable: 'fail-open' | 'fail-closed';
  ocsp: { timeoutMs: number; nonce: boolean; method: 'POST' | 'GET' };
  /** `jitter` is a share of `pollMs`. */
  crl: { source: 'file' | 'http'; pollMs: number; jitter: number };
  /** Ask about a resumed session again. */
  verifyOnResumption: boolean;
  onRevocation: ('rotate-ticket-keys' | 'cut-sessions')[];
  /** Share of CPU that is burnt on top of each attempt, for testing gates; 0 for none. */
  slowdown: number;
  limits: AdmissionLimits;
  /** Null: a session may do anything. `padding`: so many rules that fit nobody, before the others. */
  authorization: { rules: AuthorizationRule[]; padding: number } | null;
  /** Of `password-hash`; what is left out is as OWASP has it. `queue`: clients that may wait for a hash. */
  password: { algorithm: string; cost?: number; memoryKiB?: number; passes?: number; queue: number };
  database: {
    kind: string;
    /** Null: the one that npm run services:up starts. */
    url: string | null;
    /** How passwords are hashed in its rows. */
    hash: string;
    /** Connections, and so lookups at a time; `queue` clients may wait for one. */
    pool: number;
    queue: number;
    timeoutMs: number;
    onUnavailable: 'fail-open' | 'fail-closed';
  };
  webservice: {
    format: string;
    pool: number;
    queue: number;
    timeoutMs: number;
    onUnavailable: 'fail-open' | 'fail-closed';
  };
};

/** As HiveMQ and Netty do: ten seconds for the handshake, and for CONNECT after it. */
export const defaultBrokerSettings: BrokerSettings = {
  handshakeTimeoutMs: 10_000,
  onUnavailable: 'fail-closed',
  ocsp: { timeoutMs: 2_000, nonce: false, method: 'POST' },
  crl: { source: 'file', pollMs: 10_000, jitter: 0.1 },
  verifyOnResumption: false,
  onRevocation: [],
  slowdown: 0,
  limits: noLimits,
  authorization: null,
  password: { algorithm: 'scrypt', queue: 1000 },
  database: {
    kind: 'sqlite',
    url: null,
    hash: 'sha256',
    pool: 10,
    queue: 1000,
    timeoutMs: 2_000,
    onUnavailable: 'fail-closed',
  },
  webservice: { format: 'json', pool: 20, queue: 1000, timeoutMs: 2_000, onUnavailable: 'fail-closed' },
};

/** Which layer turned a connection away. */
export type RefusalLayer = 'tls' | 'connect' | 'authorization';

/**
 * One line of the broker's own count. `source` is the first three octets of the peer's address, so that a storm which gives each
 * cohort a block of loopback addresses can tell its cohorts apart in the broker's count too; `unknown` for a peer that had reset the
 * connection before it was accepted, of which the system tells no address.
 *
 * `cause` is `accepted`, or `failed_open` where nobody could be asked; for a refusal in TLS OpenSSL's verify error (`CERT_HAS_EXPIRED`) or its reason for a failed handshake
 * (`ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE`); for a refusal at CONNECT the CONNACK code's name (`not_authorized`) or `protocol_error`;
 * for a session that was refused an operation (layer `authorization`) `publish` or `subscribe`, the first of them;
 * for the abandoned `handshake-` or `connect-` and `closed`, `reset` or `timeout`.
 */
export type BrokerTally = {
  source: string;
  verdict: 'accepted' | 'refused' | 'abandoned';
  layer: RefusalLayer | null;
  cause: string;
  count: number;
};

/** Cumulative since the process started; differences of two snapshots describe what lies between them. */
export type BrokerSnapshot = {
  /** getrusage(2) of the whole process, milliseconds. */
  cpuUserMs: number;
  cpuSystemMs: number;
  rssBytes: number;
  /** Highest RSS the kernel has seen (VmHWM), bytes. */
  rssPeakBytes: number;
  /** Delay of the broker's main event loop since the last `mark`, milliseconds. */
  eventLoopDelayMs: { p50: number; p99: number; max: number };
  /** Garbage collections of the broker's main thread since the last `mark`: how long they held it up, milliseconds. */
  collections?: { count: number; totalMs: number; maxMs: number };
  /** TCP connections handed to the TLS listener. Always pending + the sum of the tallies; the three are counted apart. */
  connections: number;
  /** Connections whose verdict is still open. */
  pending: number;
  tallies: BrokerTally[];
  /** How the revocation check fares; left out where there is none. */
  revocation?: RevocationSnapshot;
};

/** Cumulative since the process started. What a check has no use for is left out. */
export type RevocationSnapshot = {
  check: string;
  /** Serial numbers that are looked up, and the size of the lists that they were read from. */
  entries?: number;
  bytes?: number;
  /** What the index of them takes. */
  memoryMiB?: number;
  /** Reading and verifying the last that was new, off the main thread. */
  loadMs?: number;
  /** Time since thisUpdate of the newest list in use. */
  ageMs?: number;
  /** How often newer lists have taken over. */
  swaps?: number;
  /** The longest that taking over has held up the main thread. */
  stallMs?: number;
  /** Questions to the OCSP responder, and answers that were at hand. */
  requests?: number;
  cacheHits?: number;
  bytesReceived?: number;
  /** Clients let in, or refused, because their status could not be had. */
  failedOpen?: number;
  failedClosed?: number;
  /** Established sessions ended because they were revoked. */
  sessionsCut?: number;
  /** What was wrong with lists and responses, by cause. */
  troubles: Record<string, number>;
};
