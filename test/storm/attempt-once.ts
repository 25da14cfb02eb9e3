import type { Outcome } from '../../src/metrics/recorder.ts';
import type { Identity } from '../../src/pki/identity.ts';
import type { AttemptListener, Client, Connection, Destination } from '../../src/storm/drivers/driver.ts';
import { drivers } from '../../src/storm/drivers/index.ts';
import type { MqttVersion } from '../../src/storm/mqtt-version.ts';
import type { TestCorpus } from './corpus.ts';

export type Told = {
  outcome: Outcome | undefined;
  outcomes: number;
  connectedMs: number | undefined;
  serverHelloMs: number | undefined;
  serverFinishedMs: number | undefined;
  securedMs: number | undefined;
  endMs: number | undefined;
  bytesSent: number;
  bytesReceived: number;
};

export type AttemptSettings = Partial<Destination> & {
  serverCa?: string;
  verifyServer?: boolean;
  password?: string | null;
  /** Default `node`. */
  driver?: string;
  lie?: string;
  mqttVersion?: MqttVersion;
  /** Keeps session tickets, and offers the newest one. */
  resumes?: boolean;
  /** Called the moment the client's handshake is done, before it writes CONNECT. */
  onSecured?: () => void;
  /** Called when the attempt has just been started. */
  onStart?: (connection: Connection) => void;
  /** Destroys the attempt this long after its start. */
  cutOffAfterMs?: number;
};

export function client({ serverCa }: TestCorpus, identity: Identity, settings: AttemptSettings = {}): Client {
  const { driver: name = 'node', lie = null, mqttVersion, resumes = false } = settings;
  const kind = drivers.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`there is no driver '${name}'`);
  const driver = kind.open({
    keyShares: 'fresh',
    serverCa: settings.serverCa ?? serverCa,
    verifyServer: settings.verifyServer ?? true,
  });
  const { clientId } = identity;
  const password = settings.password ?? null;
  return driver.prepare(identity, { clientId, password, lie, mqttVersion, resumes });
}

/** One attempt of this client, to the moment its socket is gone. */
export function attempt(who: Client, port: number, settings: AttemptSettings = {}): Promise<Told> {
  const start = performance.now();
  return new Promise((resolve) => {
    const told: Told = {
      outcome: undefined,
      outcomes: 0,
      connectedMs: undefined,
      serverHelloMs: undefined,
      serverFinishedMs: undefined,
      securedMs: undefined,
      endMs: undefined,
      bytesSent: 0,
      bytesReceived: 0,
    };
    const listener: AttemptListener = {
      get phase() {
        if (told.connectedMs === undefined) return 'tcp-connect';
        return told.securedMs === undefined ? 'tls-handshake' : 'connack';
      },
      connected(atMs) {
        told.connectedMs = atMs - start;
      },
      serverHello(atMs) {
        told.serverHelloMs = atMs - start;
      },
      serverFinished(atMs) {
        told.serverFinishedMs = atMs - start;
      },
      secured(atMs) {
        told.securedMs = atMs - start;
        settings.onSecured?.();
      },
      ended(outcome, atMs) {
        told.outcome = outcome;
        told.outcomes++;
        told.endMs = atMs - start;
      },
      closed() {
        resolve({ ...told, bytesSent: connection.bytesSent, bytesReceived: connection.bytesReceived });
      },
    };
    const connection = who.attempt(
      {
        ip: settings.ip ?? '127.0.0.1',
        port,
        ...(settings.transport === undefined ? {} : { transport: settings.transport }),
        serverName: settings.serverName ?? 'localhost',
        sourceAddress: settings.sourceAddress,
      },
      listener,
      settings.resumes,
    );
    settings.onStart?.(connection);
    if (settings.cutOffAfterMs !== undefined) setTimeout(() => connection.destroy(), settings.cutOffAfterMs);
  });
}
