import type { RecorderShape } from '../metrics/recorder-layout.ts';
import type { Identity } from '../pki/identity.ts';
import type { MqttVersion } from './mqtt-version.ts';
import type { RoundOrder } from './order.ts';
import type { OperationOrder } from './sessions/first-operation.ts';
import type { SessionOrder } from './sessions/session-order.ts';
import type { SlowOrder } from './slow-order.ts';
import type { TlsOrder } from './tls-order.ts';

/** What a worker is started with. */
export type WorkerOrder = {
  worker: number;
  serverCa: string;
  verifyServer: boolean;
  keyShares: 'fresh' | 'pooled';
  presentCertificates: boolean;
  cohorts: WorkerCohort[];
};

export type WorkerCohort = {
  driver: string;
  /** This worker's share of the cohort's identities; all of them where `sharedMarks` says who uses which. */
  identities: Identity[];
  sharedMarks: SharedArrayBuffer | undefined;
  password: string | null;
  lie: string | null;
  slow: SlowOrder | undefined;
  mqttVersion: MqttVersion;
  session: SessionOrder | undefined;
  operation: OperationOrder | undefined;
  resumption: number;
  tls: TlsOrder | undefined;
};

/** One round, for one worker. */
export type WorkerRound = {
  order: RoundOrder;
  /** IP address of the target. */
  ip: string;
  /** This worker makes the arrivals k ≡ share (mod shares), and has the virtual users likewise. */
  share: number;
  shares: number;
  /** First three octets of the source addresses for each cohort; undefined leaves them to the operating system. */
  sourceBlocks: string[] | undefined;
  /** When the round starts, in milliseconds of the machine's monotonic clock, which all threads share. */
  startAtMs: number;
  recorder: SharedArrayBuffer;
  shape: RecorderShape;
  /** Where each attempt is written down; undefined where nobody asks for them. */
  log: SharedArrayBuffer | undefined;
  /** When each cohort was marked (`RoundRun.mark`); Infinity until then. */
  marks: Float64Array<SharedArrayBuffer>;
  /** Sessions held by cohort over all workers, now and at most. */
  held: Int32Array<SharedArrayBuffer>;
  /** One Int32: attempts in flight over all workers. */
  inFlight: SharedArrayBuffer;
};

export type ToWorker = { kind: 'round'; round: WorkerRound } | { kind: 'stop' } | { kind: 'close' };

export type UnreadyCode = 'bad-order' | 'unknown-driver' | 'unpresentable-identity';

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'unready'; code: UnreadyCode; reason: string }
  /** `collectionCpuMs`: what the collection after the round cost. */
  | { kind: 'round-over'; collectionCpuMs: number };

/** The machine's monotonic clock, milliseconds; equal in all threads of the process, unlike `performance.now()`. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * How far that clock is ahead of this thread's `performance.now()`, milliseconds. A thread that is put aside between the two readings would
 * be wrong by as much for the whole round: the closest pair of several is taken.
 */
export function aheadMs(): number {
  let best = { widthMs: Infinity, aheadMs: 0 };
  for (let tries = 0; tries < 20 && best.widthMs > 0.01; tries++) {
    const before = performance.now();
    const monotonic = monotonicMs();
    const widthMs = performance.now() - before;
    if (widthMs < best.widthMs) best = { widthMs, aheadMs: monotonic - before - widthMs / 2 };
  }
  return best.aheadMs;
}
