import { connect, createSecureContext, type SecureContext } from 'node:tls';
import type { Outcome } from '../../src/metrics/recorder.ts';
import { drivers } from '../../src/storm/drivers/index.ts';
import { connectBytes, disconnectBytes } from '../../src/storm/drivers/mqtt-bytes.ts';
import { pem } from '../../src/storm/drivers/pem.ts';
import type { RoundRecording, ScheduleOrder, StormOrder, TlsOrder } from '../../src/storm/order.ts';
import { openStorm } from '../../src/storm/storm.ts';
import { type Contender, type Ground, keepGoing } from './contender.ts';
import { harnessAlone } from './harness.ts';

/** `tls.connect` as its manual has it, with what nobody would leave out: one SecureContext for each identity, built before. */
const plainTlsConnect: Contender = {
  name: 'plain',
  async open(ground) {
    const { ip, port, serverName, serverCa, identities } = ground;
    const clients = identities.map(({ key, chain, clientId }): [SecureContext, Buffer] => [
      createSecureContext({
        ca: serverCa,
        cert: chain.map((der) => pem('CERTIFICATE', der)).join(''),
        key: key === null ? '' : pem('PRIVATE KEY', key),
      }),
      connectBytes(clientId, clientId),
    ]);
    return {
      run: (ms) =>
        keepGoing(ground, ms, (at, over) => {
          const [secureContext, packet] = clients[at] ?? [];
          let failure: string | undefined = 'closed without a CONNACK';
          const options = { host: ip, port, servername: serverName };
          const socket = connect(
            { ...options, ...(secureContext === undefined ? {} : { secureContext }) },
            () => socket.write(packet ?? ''),
          );
          socket.once('data', (bytes) => {
            failure = bytes[3] === 0 ? undefined : `CONNACK ${bytes[3]}`;
            socket.end(disconnectBytes);
          });
          socket.once('error', (error) => {
            failure ??= error.message;
          });
          socket.once('close', () => over(failure));
        }),
      async close() {},
    };
  },
};

/** Go's crypto/tls, the yardstick, prefers AES-128 where the processor has AES; `tls.connect` prefers AES-256. */
const asGoOffers: TlsOrder = {
  ciphers: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
};

/** The storm's driver in a bare loop: no schedule, no draws, no source addresses, no classes of outcomes, no recorder. */
function driverAlone(name: string, driver: string): Contender {
  return {
    name,
    async open(ground) {
      const { ip, port, serverName, serverCa, identities } = ground;
      Error.stackTraceLimit = 0;
      const kind = drivers.find((each) => each.name === driver);
      if (kind === undefined) throw new Error(`there is no driver '${driver}'`);
      const opened = kind.open({ serverCa, verifyServer: true, keyShares: 'fresh' });
      opened.expect?.(serverName);
      const clients = identities.map((identity) =>
        opened.prepare(identity, {
          clientId: identity.clientId,
          password: null,
          lie: null,
          tls: driver === 'wire' ? asGoOffers : undefined,
        }),
      );
      const to = { ip, port, serverName, sourceAddress: undefined };
      return {
        run: (ms) =>
          keepGoing(ground, ms, (at, over) => {
            let outcome: Outcome | undefined;
            clients[at]?.attempt(to, {
              phase: 'connack',
              connected() {},
              serverHello() {},
              serverFinished() {},
              secured() {},
              ended(told) {
                outcome = told;
              },
              closed: () =>
                over(outcome?.kind === 'accepted' ? undefined : `${outcome?.kind} ${outcome?.detail}`),
            });
          }),
        async close() {},
      };
    },
  };
}

/** CPU of a round without arrivals, but for its collection: the least of three. */
async function emptyRound(
  play: (schedule: ScheduleOrder, ms: number) => Promise<RoundRecording>,
): Promise<number> {
  const costs: number[] = [];
  for (let tries = 0; tries < 3; tries++) {
    const before = process.cpuUsage();
    const { generator } = await play({ model: 'constant-arrival-rate', rate: 0 }, 200);
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1000 - generator.collectionCpuMs);
  }
  return Math.max(0, Math.min(...costs));
}

/** The whole storm as a run has it: a worker thread, draws, source addresses, recorder, everything. */
function wholeStorm(
  name: string,
  driver: string,
  { verifyServer = true, keyShares = 'fresh' }: Pick<StormOrder, 'verifyServer' | 'keyShares'> = {},
): Contender {
  return {
    name,
    async open({ ip, port, serverName, serverCa, identities, concurrency }: Ground) {
      const tls = driver === 'wire' ? asGoOffers : undefined;
      const cohorts = [{ name: 'all', driver, identities, password: null, ...(tls && { tls }) }];
      const storm = await openStorm({ workers: 1, serverCa, verifyServer, keyShares, cohorts });
      const play = (schedule: ScheduleOrder, ms: number) =>
        storm.run({
          address: { host: ip, port },
          serverName,
          seed: 1,
          weights: [1],
          schedule,
          durationMs: ms,
          maxInFlight: concurrency,
          attemptTimeoutMs: 5_000,
          gracefulStopMs: 5_000,
        }).done;
      let roundCpuMs = 0;
      return {
        async run(ms) {
          const { recording, generator } = await play(
            { model: 'constant-vus', vus: concurrency, thinkMs: 0 },
            ms,
          );
          const failed = recording.cohorts[0]?.outcomes.find(({ kind }) => kind !== 'accepted');
          if (failed !== undefined)
            throw new Error(`${failed.count} attempts ended as ${failed.kind} ${failed.detail}`);
          // Measured in the first lap, which is the warm-up.
          const known = roundCpuMs;
          if (known === 0) roundCpuMs = await emptyRound(play);
          return {
            attempts: recording.finished,
            collectionCpuMs: generator.collectionCpuMs,
            roundCpuMs: known,
          };
        },
        close: () => storm.close(),
      };
    },
  };
}

/**
 * The yardstick, and each driver alone and in the whole storm. Only the wire driver makes its own key shares, so only it can take them from
 * a pool; that is told for a server that is not verified, as the cheapest that a client can be.
 */
export const contenders: readonly Contender[] = [
  plainTlsConnect,
  harnessAlone,
  driverAlone('node: driver', 'node'),
  wholeStorm('node: storm', 'node'),
  wholeStorm('node: storm-unverified', 'node', { verifyServer: false }),
  driverAlone('wire: driver', 'wire'),
  wholeStorm('wire: storm', 'wire'),
  wholeStorm('wire: storm-unverified', 'wire', { verifyServer: false }),
  wholeStorm('wire: storm-pooled', 'wire', { verifyServer: false, keyShares: 'pooled' }),
];
