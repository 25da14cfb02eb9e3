import { Agreements } from '../../src/metrics/agreement.ts';
import { readProgress } from '../../src/metrics/read-recorder.ts';
import { allocateRecorder, noneHeld, recorderShape, unmarked } from '../../src/metrics/recorder-layout.ts';
import { ClientPool } from '../../src/storm/client-pool.ts';
import type { AttemptListener, Client, Connection } from '../../src/storm/drivers/driver.ts';
import { monotonicMs } from '../../src/storm/messages.ts';
import { accepted } from '../../src/storm/outcomes.ts';
import { Round } from '../../src/storm/round.ts';
import type { Contender } from './contender.ts';

/**
 * The storm around a driver that does nothing: schedule, draws, identities, source addresses, timeouts, classification and recording of
 * attempts that are accepted in the next turn of the event loop. What is measured is the harness and nothing else; what the whole storm costs
 * beyond this and its driver is collections and another thread.
 */
export const harnessAlone: Contender = {
  name: 'harness',
  async open({ identities, concurrency }) {
    Error.stackTraceLimit = 0;
    const clients = identities.map(({ clientId }) => nobody(clientId));
    const cohort = { session: undefined, operation: undefined, resumption: 0, mqttVersion: '3.1.1' } as const;
    return {
      async run(ms) {
        const shape = recorderShape(1, ms, 1_000);
        const recorder = allocateRecorder(shape);
        await new Promise<void>((over) => {
          const order = {
            address: { host: '127.0.0.1', port: 1 },
            serverName: 'localhost',
            seed: 1,
            weights: [1],
            schedule: { model: 'constant-vus', vus: concurrency, thinkMs: 0 } as const,
            durationMs: ms,
            maxInFlight: concurrency,
            attemptTimeoutMs: 5_000,
            gracefulStopMs: 1_000,
          };
          new Round(
            {
              order,
              ip: '127.0.0.1',
              share: 0,
              shares: 1,
              sourceBlocks: ['127.1.0'],
              startAtMs: monotonicMs() + 1,
              recorder,
              shape,
              marks: unmarked(1),
              held: noneHeld(1),
              inFlight: new SharedArrayBuffer(4),
              log: undefined,
            },
            [new ClientPool(clients, 1, undefined)],
            [cohort],
            over,
            () => {},
          );
        });
        return { attempts: readProgress(recorder, shape).finished, collectionCpuMs: 0 };
      },
      async close() {},
    };
  },
};

const agreements = new Agreements();
const connection: Connection = {
  destroy() {},
  write() {},
  close() {},
  bytesSent: 2_400,
  bytesReceived: 1_800,
};
let waiting: AttemptListener[] = [];

/** All that are waiting come to their end in one go, as answers of a busy broker do. */
function answerAll(): void {
  const all = waiting;
  waiting = [];
  for (const listener of all) {
    const now = performance.now();
    listener.connected(now);
    listener.secured(now, agreements.of('TLSv1.3', 'TLS_AES_256_GCM_SHA384', 'X25519', 'none', false));
    listener.ended(accepted, now);
    listener.closed();
  }
}

function nobody(clientId: string): Client {
  return {
    clientId,
    forgetTicket() {},
    attempt(_, listener) {
      if (waiting.push(listener) === 1) setImmediate(answerAll);
      return connection;
    },
  };
}
