import type { LoggedAttempt } from '../metrics/attempt-log.ts';
import type { LatencyRecording, Recording } from '../metrics/recording.ts';
import type { Identity } from '../pki/identity.ts';
import type { Transport } from './drivers/driver.ts';
import type { MqttVersion } from './mqtt-version.ts';
import type { ScheduleOrder } from './schedules/index.ts';
import type { OperationOrder } from './sessions/first-operation.ts';
import type { SessionOrder } from './sessions/session-order.ts';
import type { SlowOrder } from './slow-order.ts';
import type { TlsOrder } from './tls-order.ts';

export type { ScheduleOrder } from './schedules/index.ts';
export type { OperationOrder } from './sessions/first-operation.ts';
export type { PublishOrder, SessionOrder } from './sessions/session-order.ts';
export type { SlowOrder } from './slow-order.ts';
export type { TlsOrder } from './tls-order.ts';

/** Who storms: given once, kept over all rounds, so that every SecureContext is built before any clock starts. */
export type StormOrder = {
  workers: number;
  /** PEM roots that the clients trust for the server. */
  serverCa: string;
  /** False storms any server, without a look at its certificate: what most load generators do. Default true. */
  verifyServer?: boolean;
  /** False keeps the identities' certificates back: they are names only, for brokers that ask for none. Default true. */
  presentCertificates?: boolean;
  /**
   * `pooled` takes the clients' key shares from a pool that was made before the clock started, where the driver makes them itself: cheaper
   * than any real client, so never the default (`fresh`).
   */
  keyShares?: 'fresh' | 'pooled';
  cohorts: StormCohort[];
};

export type StormCohort = {
  name: string;
  driver: string;
  identities: Identity[];
  /** What CONNECT carries; null sends no user name. */
  password: string | null;
  /** What the clients do wrong in the handshake: a name from the driver's `lies`. Null or left out for honest ones. */
  lie?: string | null;
  /** Clients that occupy the target for little; by a driver that can. */
  slow?: SlowOrder;
  /** Clients stay after their CONNACK, and do this; left out, they leave at once. */
  session?: SessionOrder;
  /** Default 3.1.1. */
  mqttVersion?: MqttVersion;
  /** What clients do once after their CONNACK, before the attempt has its outcome; not together with `session`. */
  operation?: OperationOrder;
  /** What the clients offer in the handshake. */
  tls?: TlsOrder;
  /** Share of the attempts that offer a session ticket, where the client has one; default 0. */
  resumption?: number;
};

/** One round: where to, how fast, how long. */
export type RoundOrder = {
  address: { host: string; port: number };
  serverName: string;
  /** What MQTT is spoken over; default `tls`. */
  transport?: Transport;
  /** Draws cohorts and identities. */
  seed: number;
  /** Relative share of arrivals for each cohort, in the order of StormOrder.cohorts; 0 leaves one out. */
  weights: number[];
  schedule: ScheduleOrder;
  durationMs: number;
  maxInFlight: number;
  attemptTimeoutMs: number;
  gracefulStopMs: number;
  /** Whether each attempt is written down (`RoundRecording.attempts`), which costs the generator a fraction of a µs; default false. */
  logAttempts?: boolean;
  /** Whether clients start without session tickets (the default), or with those of the round before. */
  tickets?: 'forgotten' | 'kept';
};

export type StormProgress = {
  elapsedMs: number;
  started: number;
  finished: number;
  inFlight: number;
  missedArrivals: number;
};

/** What a round leaves behind. Whatever was recorded survives a lost worker and an early stop. */
export type RoundRecording = {
  startedAt: number;
  /** From the first scheduled start to the end of the last attempt, milliseconds. */
  elapsedMs: number;
  /** Merged over the workers. */
  recording: Recording;
  generator: {
    cpuUserMs: number;
    cpuSystemMs: number;
    /** CPU of the whole process for the collections that follow the round, not within the figures above; those of several workers overlap. */
    collectionCpuMs: number;
    /** Garbage collections of the workers within the round: how many, their time in all, and the longest. */
    collections: { count: number; totalMs: number; maxMs: number };
    eventLoopLagMs: { p50: number; p99: number; max: number };
    /** Actual minus scheduled start in the open models, milliseconds. */
    scheduleErrorMs: { p50: number; p99: number; max: number };
    /** The same, whole. */
    scheduleError: LatencyRecording;
  };
  /** Workers that ended before the round did, each with a sentence. */
  lostWorkers: { worker: number; reason: string }[];
  stoppedEarly: boolean;
  /** Attempt by attempt, worker by worker, where the order wants it. */
  attempts?: Iterable<RecordedAttempt>;
};

/** One attempt. Times are milliseconds from the start of the round, NaN where it did not get so far or there was none. */
export type RecordedAttempt = Omit<LoggedAttempt, 'detailSlot'> & {
  /** A kind of outcome, or `unfinished` where it was cut off before it had one. */
  outcome: string;
  detail: string;
};
