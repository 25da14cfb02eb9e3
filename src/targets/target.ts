import type { BrokerSettings, BrokerSnapshot, RefusalLayer } from '../broker/config.ts';
import type { CpuReading } from './cpu-reading.ts';

/** What any target is started with. Paths are absolute. */
export type TargetOrder = {
  host: string;
  /** 0 lets the operating system choose. */
  port: number;
  revocation: string;
  connectAuth: string;
  sessionTickets: boolean;
  transport: 'tls' | 'wss' | 'tcp';
  /** Null: those that it speaks by itself. */
  tlsVersions: readonly ('1.2' | '1.3')[] | null;
  clientCertificates: 'required' | 'none';
  /** For the bundled broker alone. */
  broker: BrokerSettings;
  /** Where the services of this run answer, `http://…`; null where none of the kind runs. */
  services: { ocspUrl: string | null; crlUrl: string | null; authUrl: string | null };
  clientCaFile: string;
  serverCertFile: string;
  serverKeyFile: string;
  crlFile: string;
  /**
   * SHA-256 fingerprints of the clients' certificates that are to get in, one a line in hexadecimal, for the revocation check `allow-list`;
   * whoever starts the target writes it, and again before `reloadRevocation`. Null or left out where no such check is made.
   */
  allowListFile?: string | null;
  /** The users that a password check must know, and their common password. */
  users: { clientIds: string[]; password: string };
  /** PEM: the root that clients trust for the target; without it a probe takes any certificate. */
  serverCaFile?: string;
  /** For a broker that somebody else has started. */
  external?: { serverName?: string; processId?: number; container?: string; metricsUrl?: string };
  /** Where brokers lie that certstorm has built itself, a folder each; without it there are none. */
  brokersDir?: string;
  /** A client that the target should let in, to find out whether it is ready; left out where the plan has none. */
  probe?: ProbeClient;
  /** A folder of this target's own, mode 0700, removed by the run when the target has stopped. */
  workDir: string;
};

/** `password` is what it sends at CONNECT, with its client id as user name; null sends neither. */
export type ProbeClient = {
  clientId: string;
  keyPem: string;
  certificatePem: string;
  password: string | null;
};

/** A kind of target: one file, one line in `index.ts`. */
export type TargetKind = {
  kind: string;
  /** Which revocation checks and CONNECT auths it can do; anything else is refused when the scenario is validated. */
  revocation: readonly string[];
  connectAuth: readonly string[];
  transports: readonly string[];
  /** Whether it hands out session tickets: one of the two where it cannot be told; both when left out. */
  sessionTickets?: readonly boolean[];
  /** Whether clients must show a certificate; both when left out. */
  clientCertificates?: readonly string[];
  /** The MQTT that it speaks; 3.1.1 and 5 when left out. */
  mqttVersions?: readonly ('3.1.1' | 5)[];
  /** Whether it can be told which versions of TLS to speak; it can when left out. */
  tlsVersions?: boolean;
  /** Where its CRL may come from: a file that it is told to read again, the distribution point (`http`); either when left out. */
  crlSources?: readonly ('file' | 'http')[];
  /**
   * Which fields of `broker` it can be told, of `onUnavailable`, `verifyOnResumption`, `onRevocation`, `slowdown`, `limits` and
   * `authorization`; all when left out.
   */
  heeds?: readonly string[];
  /** The sentence for what a user might ask of it in vain, by `field: value` or `field`: `'revocation: ocsp'`, `'broker.limits'`. */
  lacks?: Readonly<Record<string, string>>;
  /**
   * Resolves when it answers handshakes. Throws TargetError with a sentence for the user, and then leaves no process behind; also, with
   * the code ERR_TARGET_STOPPED, when `signal` fires before it has started.
   */
  start(order: TargetOrder, signal?: AbortSignal): Promise<RunningTarget>;
};

/**
 * A server that the target asks and that nobody here has started: a database. Figures are cumulative; null where they can't be had, on
 * another machine or without /proc.
 */
export type AskedServer = { snapshot(): Promise<AskedSnapshot> };

export type AskedSnapshot = {
  service: string;
  version: string;
  address: string;
  /** By the ticks of /proc/PID/stat. */
  cpuUserMs: number | null;
  cpuSystemMs: number | null;
  /** The sum of the two by the scheduler's clock, which is finer. */
  cpuMs: number | null;
  rssBytes: number | null;
  /** Its CPU by two sources; null where there are not two. */
  cpu?: CpuReading | null;
  requests: Record<string, number>;
  answers: Record<string, number>;
};

export type RunningTarget = {
  address: { host: string; port: number };
  /** Name to expect in the server's certificate. */
  serverName: string;
  /** Null where the target runs elsewhere, or who it is was not said. */
  pid: number | null;
  /** For example `aedes 1.2.0 on Node v24.21.0, OpenSSL 3.5.8`. */
  version: string;
  /** Same state at the start of each round: a collection, a fresh event-loop-delay histogram. */
  prepareRound(): Promise<void>;
  /**
   * The file that the order named as CRL has been replaced: read it again. Resolves when the new one holds for the next handshake; left
   * out by targets that cannot do so.
   */
  reloadRevocation?(): Promise<void>;
  /** Left out where it asks none. */
  asked?: readonly AskedServer[];
  /** Counters of the process and, where it keeps them, of its connections. Rejects with TargetError when it is gone. */
  snapshot(): Promise<TargetSnapshot>;
  /** Null where it takes part in a handshake now, else in a sentence what it does instead, with its last words; left out by targets that tell in other ways. */
  silence?(): Promise<string | null>;
  /** Settles when the process ends by itself; never after `stop()` was called. */
  died: Promise<TargetDeath>;
  /** Ends it; resolves when the process is gone. Safe to call twice. Does nothing to a target that certstorm did not start. */
  stop(): Promise<void>;
  /** The same at once, synchronously and without waiting for it: the last resort of a process that exits. */
  killNow(): void;
  /** Files that belong into the run's folder when the target has stopped: its configuration, its log; never a key or a password. */
  keepsakes: readonly Keepsake[];
  /** How it differs from what its makers' defaults are, as its configuration says it; left out where it does not. */
  tuned?: readonly string[];
  /** What a reader of its figures must know, a sentence each: a warm-up that was short, a collector that could not be reached. */
  remarks: readonly string[];
};

/** A target whose process certstorm has started. */
export type OwnTarget = Omit<RunningTarget, 'pid' | 'snapshot'> & {
  pid: number;
  snapshot(): Promise<OwnSnapshot>;
};

/** A kind of target that certstorm starts itself. */
export type OwnTargetKind = Omit<TargetKind, 'start'> & {
  start(order: TargetOrder, signal?: AbortSignal): Promise<OwnTarget>;
};

/** Of a process that certstorm has started the system tells CPU and memory. */
export type OwnSnapshot = Omit<TargetSnapshot, keyof ProcessFigures> & ProcessFigures;

type ProcessFigures = { cpuUserMs: number; cpuSystemMs: number; rssBytes: number; rssPeakBytes: number };

/** `path` is absolute; `name` is what the file is called in the run's folder. */
export type Keepsake = { name: string; path: string };

/** What a target cannot tell is null: CPU and memory of one whose process nobody has named, `tallies` and event-loop delay of most. */
export type TargetSnapshot = Omit<
  BrokerSnapshot,
  | 'tallies'
  | 'eventLoopDelayMs'
  | 'connections'
  | 'pending'
  | 'cpuUserMs'
  | 'cpuSystemMs'
  | 'rssBytes'
  | 'rssPeakBytes'
> & {
  cpuUserMs: number | null;
  cpuSystemMs: number | null;
  rssBytes: number | null;
  rssPeakBytes: number | null;
  tallies: BrokerSnapshot['tallies'] | null;
  /** Layers at which it may refuse clients without counting them in its tallies. */
  blindTo?: readonly RefusalLayer[];
  eventLoopDelayMs: BrokerSnapshot['eventLoopDelayMs'] | null;
  connections: number | null;
  pending: number | null;
  /** The same CPU from /proc/PID/stat (10 ms ticks), as the second source; null where there is no /proc. */
  procCpuMs: number | null;
  /** Threads of the process and of all that it has started; left out by targets that cannot tell. */
  threads?: number;
};

export type TargetDeath = { code: number | null; signal: string | null; lastStderr: string[] };
