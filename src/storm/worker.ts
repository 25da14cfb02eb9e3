import { parentPort, workerData } from 'node:worker_threads';
import type { Identity } from '../pki/identity.ts';
import { ClientPool } from './client-pool.ts';
import { garbageCollector } from './collect.ts';
import type { Client, Driver } from './drivers/driver.ts';
import { drivers as kinds } from './drivers/index.ts';
import type { FromWorker, ToWorker, UnreadyCode, WorkerCohort, WorkerOrder } from './messages.ts';
import { Round } from './round.ts';

/** The entry of a storm worker: makes its clients ready, then plays one round after the other. */

// Nobody reads the stacks of a hundred thousand failed attempts, and taking them costs more than the failing does.
Error.stackTraceLimit = 0;

/**
 * A cohort without certificates is one identity with no secret to it: it is multiplied, each copy with a client id of its own, so that
 * attempts in flight need not wait for one another.
 */
const copiesWithoutCertificate = 1_000;

const order = workerData as WorkerOrder;

class Unready extends Error {
  readonly code: UnreadyCode;

  constructor(code: UnreadyCode, message: string) {
    super(message);
    this.code = code;
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function openDriver(name: string): Driver {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (kind === undefined) {
    const known = kinds.map((each) => each.name).join(', ');
    throw new Unready('unknown-driver', `driver '${name}' is none of ${known}`);
  }
  const { serverCa, verifyServer, keyShares } = order;
  try {
    return kind.open({ serverCa, verifyServer, keyShares });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unready('bad-order', `driver '${name}' cannot storm: ${why}`);
  }
}

function preparePool(cohort: WorkerCohort, driver: Driver): ClientPool {
  const clients = cohort.identities.flatMap((identity) => prepareClients(cohort, driver, identity));
  const shared = clients.length === cohort.identities.length ? cohort.sharedMarks : undefined;
  return new ClientPool(clients, order.worker + 1, shared);
}

function prepareClients(
  { driver: name, password, lie, slow, mqttVersion, session, resumption, tls }: WorkerCohort,
  driver: Driver,
  identity: Identity,
): Client[] {
  const { clientId } = identity;
  const keepAliveS = session === undefined ? 60 : Math.max(1, Math.round(session.keepAliveMs / 1000));
  const clientIds =
    identity.key === null
      ? Array.from(
          { length: copiesWithoutCertificate },
          (_, copy) => `${clientId}-${order.worker * copiesWithoutCertificate + copy}`,
        )
      : [clientId];
  const settings = { password, lie, slow, mqttVersion, keepAliveS, resumes: resumption > 0, tls };
  const presented = order.presentCertificates ? identity : { ...identity, key: null, chain: [] };
  try {
    return clientIds.map((id) => driver.prepare(presented, { ...settings, clientId: id }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unready(
      'unpresentable-identity',
      `driver '${name}' cannot present the certificate of '${clientId}' (${why})`,
    );
  }
}

function makeReady(): { pools: ClientPool[]; drivers: Driver[] } {
  const opened = new Map<string, Driver>();
  const pools = order.cohorts.map((cohort) => {
    const driver = opened.get(cohort.driver) ?? openDriver(cohort.driver);
    opened.set(cohort.driver, driver);
    return preparePool(cohort, driver);
  });
  return { pools, drivers: [...opened.values()] };
}

function serve({ pools, drivers }: ReturnType<typeof makeReady>): void {
  const collector = garbageCollector();
  const seen = drivers.every(({ hidesMemory }) => hidesMemory !== true);
  let round: Round | undefined;
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'close') process.exit(0);
    if (message.kind === 'stop') round?.stop();
    else {
      for (const driver of drivers) driver.expect?.(message.round.order.serverName);
      if (message.round.order.tickets !== 'kept') for (const pool of pools) pool.forgetTickets();
      const over = () => {
        round = undefined;
        tell({ kind: 'round-over', collectionCpuMs: seen ? collector.young() : collector.all() });
      };
      round = new Round(message.round, pools, order.cohorts, over, collector.young);
    }
  });
  collector.all();
  tell({ kind: 'ready' });
}

try {
  serve(makeReady());
} catch (error) {
  if (!(error instanceof Unready)) throw error;
  tell({ kind: 'unready', code: error.code, reason: error.message });
}
