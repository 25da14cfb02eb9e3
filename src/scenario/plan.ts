import type { StopPoint } from './cohort-schema.ts';
import type { LoadModel } from './load-models.ts';

/**
 * The plan: a scenario validated, its defaults filled in, its variants expanded, its seed fixed. Plain and serialisable; everything
 * downstream reads this and never the YAML. Durations are milliseconds, rates are attempts per second.
 */
export type Plan = {
  schema: 'certstorm/plan@1';
  name: string;
  description: string;
  /** 32-bit unsigned; every draw of the run (order of rounds, arrivals, serial numbers) derives from it. */
  seed: number;
  /** Measured repeats of each variant; rounds of different variants are interleaved. */
  rounds: number;
  /** At least one; each is complete, nothing is inherited any more. */
  variants: VariantPlan[];
  /** What is compared with what; undefined where the scenario does not say. */
  compare?: ComparePlan;
  /** As written by the user, already checked against the metric names of this plan. */
  thresholds: string[];
};

/** Tolerances are shares: 0.05 for 5 %. */
export type ComparePlan = {
  /** Variants of this run that are held against one another, round beside round. */
  pairs: { baseline: string; candidate: string }[];
  /** The variant that stands for the machine. */
  reference?: string;
  tolerance: number;
  tolerances: Record<string, number>;
  /** Metrics that fail the run when they are slower. */
  gate: string[];
  /** Metrics that are told beside them; each cohort's median latency where undefined. */
  also?: string[];
  /** `rounds` is then the most there can be: the run ends as soon as every gated metric is decided, or after this long. */
  budgetMs?: number;
};

export type VariantPlan = {
  /** Unique within the plan; `default` when the scenario names none. */
  name: string;
  /**
   * Plain labels: always `target`, `revocation`, `crlEntries`, `connectAuth`; `refusedAt` (`tls`, `connect`) where all unwelcome cohorts
   * are expected to be refused at one and the same layer; and the last path segment of each field that the variant sets (the whole path
   * where two end in the same segment).
   */
  labels: Record<string, string | number | boolean>;
  /** What its target is asked for and has not, in a sentence: it is told in the result and not run. */
  impossible?: string;
  corpus: CorpusPlan;
  target: TargetPlan;
  /** Of the bundled broker alone. */
  broker: BrokerPlan;
  services: ServicesPlan;
  /** In the order of their times. */
  events: EventPlan[];
  load: LoadPlan;
  cohorts: CohortPlan[];
};

export type CorpusPlan = {
  algorithm: string;
  /** Identities over all cohorts that carry a certificate, shared out by weight where a cohort names no number. */
  identities: number;
  /** Entries of the CRL in total, at least the revoked identities: the rest are serials that no one holds. */
  crlEntries: number;
  /** Of the CAs and the broker, where it is not that of the clients. */
  caAlgorithm?: string;
  keys?: 'fresh' | 'pooled';
  keyPool?: number;
  fixedKeys?: boolean;
  serialOctets?: number;
  /** Of the clients' certificates, where they are short-lived. */
  lifetimeMs?: number;
  authorities?: AuthoritiesPlan;
  /** Paths of a CA's certificate and key, PEM. */
  signWith?: { caFile: string; keyFile: string };
  /** Identities from files: for each cohort a pattern. */
  from?: { dir: string; cohorts: Record<string, string> };
  crl?: { kind?: string; defect?: string; partitions?: number };
  certificate?: CertificatePlan;
};

/** What is left out has the forge's default, as the scenario's reference tells it. */
export type AuthoritiesPlan = {
  depth?: number;
  intermediates?: 'sent' | 'withheld';
  roots?: number;
  crossSigned?: boolean;
  trust?: 'all' | 'first-root';
  pathLength?: number;
  nameConstraints?: { permitted?: string[]; excluded?: string[] };
};

export type CertificatePlan = {
  subject?: string;
  subjectAltNames?: string[];
  values?: Record<string, string[]>;
  keyUsage?: string[];
  extKeyUsage?: string[];
  policies?: string[];
  crlDistributionPoints?: string[];
  ocsp?: string;
  caIssuers?: string;
  mustStaple?: boolean;
  /** Bytes. */
  size?: number;
};

export type TargetPlan = {
  kind: string;
  host: string;
  /** 0 lets the operating system choose. */
  port: number;
  revocation: string;
  connectAuth: string;
  /** TLS 1.3 session tickets offered by the broker. */
  sessionTickets: boolean;
  transport: 'tls' | 'wss' | 'tcp';
  /** Versions of TLS that the broker is told to speak; its own choice where left out. */
  tlsVersions?: ('1.2' | '1.3')[];
  clientCertificates: 'required' | 'none';
  /** Started anew for each round; left out where it stays up. */
  startAnew?: true;
  /** Of an external broker. */
  caFile?: string;
  serverName?: string;
  processId?: number;
  container?: string;
  metricsUrl?: string;
};

export type BrokerPlan = {
  handshakeTimeoutMs: number;
  /** What becomes of a client whose revocation status cannot be had. */
  onUnavailable: 'fail-open' | 'fail-closed';
  ocsp: { timeoutMs: number; nonce: boolean; method: 'POST' | 'GET' };
  /** `jitter` is a share of `pollMs`. */
  crl: { source: 'file' | 'http'; pollMs: number; jitter: number };
  verifyOnResumption: boolean;
  onRevocation: ('rotate-ticket-keys' | 'cut-sessions')[];
  /** Share of CPU that is burnt on top of each attempt; 0 for none. */
  slowdown: number;
  /** Null: no limit. */
  limits: {
    connectionsPerSecond: number | null;
    handshakesInFlight: number | null;
    connectionsPerAddress: number | null;
  };
  /** Null: a session may do anything. `padding`: so many rules that fit nobody, before the others. */
  authorization: { rules: RulePlan[]; padding: number } | null;
  /** What is left out is as OWASP has it. `queue`: clients that may wait for a hash. */
  password: { algorithm: string; cost?: number; memoryKiB?: number; passes?: number; queue: number };
  /** `url` null: the database that `npm run services:up` starts. `pool`: connections. */
  database: AskedPlan & { kind: string; url: string | null; hash: string };
  webservice: AskedPlan & { format: string };
};

/** What `when` leaves out is not looked at. */
export type RulePlan = {
  when: {
    subject?: Record<string, string>;
    issuer?: Record<string, string>;
    san?: string;
    serial?: string[];
    fingerprint?: string[];
    extKeyUsage?: string;
    validityLeftMs?: number;
    policy?: string;
  };
  /** Topic filters with placeholders such as `devices/${cert.subject.CN}/#`. */
  publish: string[];
  subscribe: string[];
};

/** Something that the broker asks at CONNECT. */
type AskedPlan = {
  /** Connections, and so questions at a time; `queue` clients may wait for one. */
  pool: number;
  queue: number;
  timeoutMs: number;
  onUnavailable: 'fail-open' | 'fail-closed';
};

export type ServicesPlan = {
  ocsp: {
    signing: 'pre-signed' | 'ahead' | 'on-request';
    validityMs: number;
    port: number;
    faults: string[];
  };
  crl: { port: number; faults: string[] };
  /** `faults` begin with the delay, where there is one. */
  auth: { port: number; faults: string[] };
};

/** `atMs` counts from the start of the measured window; all identities of `cohort` are revoked. */
export type EventPlan =
  | { atMs: number; kind: 'revoke'; cohort: string }
  | { atMs: number; kind: 'faults'; service: 'ocsp' | 'crl' | 'auth'; faults: string[] };

export type Stage = { durationMs: number; target: number };

export type BackoffPolicy = 'none' | 'fixed' | 'exponential' | 'full-jitter' | 'decorrelated-jitter';

export type LoadPlan = {
  model: LoadModel;
  /** Arrivals per second (constant), or the rate that the first stage starts from (ramping). 0 in the closed models. */
  rate: number;
  /** Virtual users (constant), or the number that the first stage starts from (ramping). 0 in the open models. */
  vus: number;
  /** Length of the measured window; the sum of the stages where there are stages. */
  durationMs: number;
  /** Empty in the constant models. */
  stages: Stage[];
  /** Closed models: mean of the time between two attempts of a virtual user. */
  thinkMs?: number;
  /** Of thundering-herd and reconnect-storm. */
  clients?: number;
  spreadMs?: number;
  /** Of reconnect-storm: from the start of the window. */
  cutAtMs?: number;
  backoff?: { policy: BackoffPolicy; baseMs: number; capMs: number };
  trace?: { file: string; speed: number };
  /** Of find-limit and ramping-arrival-rate: a threshold; of the first also how far apart the rates around the limit may lie. */
  objective?: string;
  precision?: number;
  /** So many attempts are held before the first round, to tell what memory one takes. */
  memoryProbe?: number;
  /** Attempts made before the window opens, at the same load, recorded nowhere. */
  warmupMs: number;
  /** Open models: an arrival that finds this many attempts in flight is missed, and counted as missed. */
  maxInFlight: number;
  /** An attempt without outcome after this long ends as `timeout`. */
  attemptTimeoutMs: number;
  /** How long attempts in flight may still end after the window closes; then they are counted as unfinished. */
  gracefulStopMs: number;
};

/** `accept-until-revoked`: the identities of an event, accepted until it and refused after it; how soon is what is measured. */
export type ExpectedOutcome =
  | 'accept'
  | 'reject'
  | 'reject-at-tls'
  | 'reject-at-connect'
  | 'reject-at-authorization'
  | 'accept-until-revoked';

export type Expectation = {
  outcome: ExpectedOutcome;
  /** The alert's name, the CONNACK code's name, or the broker's own cause, e.g. `certificate_expired`, `CERT_HAS_EXPIRED`. */
  cause?: string;
};

export type Credentials = 'right' | 'wrong' | 'none';

/** What clients offer; the driver's defaults where it is left out. */
export type TlsPlan = {
  versions?: ('1.2' | '1.3')[];
  groups?: string[];
  ciphers?: string[];
  signatureAlgorithms?: string[];
  alpn?: string[];
  /** `none` asks for no server name. */
  sni?: string;
  /** Bytes of a record at most. */
  fragment?: number;
};

export type SessionPlan = {
  /** null to the end of the round. */
  holdMs: number | null;
  keepAliveMs: number;
  publish: { rate: number; qos: 0 | 1; bytes: number; topic: string } | null;
  subscribe: string[];
  /** Share of those that leave without DISCONNECT. */
  ungraceful: number;
};

export type CohortPlan = {
  name: string;
  /** Relative share of the arrivals. */
  weight: number;
  /** Its own arrivals: so many a second, or each identity once within this time, before the load begins. The load's by `weight` where left out. */
  arrivals?: { perSecond: number } | { withinMs: number };
  /** How many identities; 0 for a cohort without a certificate. */
  identities: number;
  /** A name from the forge's registry; `none` for a certificate without defect. */
  defect: string;
  expect: Expectation;
  driver: string;
  /** User name and password sent in CONNECT; `none` sends neither. */
  credentials: Credentials;
  /** In place of the corpus's; several with their weights in a mixed fleet. */
  algorithm?: string | Record<string, number>;
  /** Laid over the corpus's. */
  certificate?: CertificatePlan;
  /** What each client does once after its CONNACK; whether it may is the cohort's expectation. */
  operation?: { operation: 'publish' | 'subscribe'; topic: string };
  /** Left out where clients disconnect at their CONNACK. */
  session?: SessionPlan;
  /** Clients that occupy the broker for little: they stop there, or write so many bytes a second. */
  slow?: { stopAfter?: StopPoint; bytesPerSecond?: number };
  /** A name from the drivers' wrong orders of messages; left out where clients keep to the right one. */
  messageOrder?: string;
  tls?: TlsPlan;
  /** Left out for 3.1.1. */
  mqttVersion?: 5;
  /** Share of the attempts that offer a session ticket; left out for none. */
  resumption?: number;
  /** For the defect `ends-within-run`: milliseconds from the making of the corpus to the end of the validity. */
  endsAfterMs?: number;
  /** When an event revokes all of them, from the start of the measured window. */
  revokedAtMs?: number;
  /** The cohort of the scenario that these identities were taken out of, to be revoked. */
  partOf?: string;
};
