import type { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { type Authorization, mayPublish, maySubscribe } from './authorization/index.ts';
import type { ConnectAnswer, ConnectGuard, Grants } from './connect-auth/auth.ts';

/** What the listener wants to know about a connection before it is a session. */
export type MqttEvents = {
  /** A CONNACK was written; `cause` where it was not decided as its code's name says. */
  connack(socket: Client['conn'], returnCode: number, cause: string | undefined): void;
  /** The connection failed at the MQTT layer, before or after its CONNACK. */
  failed(socket: Client['conn'], error: Error): void;
  /** A session may not do this; after a PUBLISH its connection is closed, a SUBSCRIBE has a SUBACK that says so. */
  refused(socket: Client['conn'], operation: 'publish' | 'subscribe'): void;
};

export type MqttBroker = {
  handle: (socket: Duplex) => void;
  close(): Promise<void>;
  version: string;
};

/** Once a day: there is no second broker to be told that this one is alive. Its quadruple is a timer too, and must stay below 2^31. */
const heartbeatInterval = 24 * 3600_000;

/** As aedes has it: what the broker itself publishes below this, clients may not. */
const reserved = /^\$SYS(\/|$)/;

/** aedes with sessions in memory. Without rules, and without a list of the user's, a session may do anything. */
export async function openMqtt(
  auth: ConnectGuard,
  authorization: Authorization | null,
  connectTimeoutMs: number,
  events: MqttEvents,
): Promise<MqttBroker> {
  const causes = new WeakMap<Client, string>();
  /** Whatever a session does must be in each of its lists. */
  const grants = new WeakMap<Client, Grants[]>();

  function conclude(client: Client, userName: string | null, answer: ConnectAnswer, done: Done): void {
    const {
      code,
      cause,
      grants: own,
    }: Exclude<ConnectAnswer, number> = typeof answer === 'number' ? { code: answer } : answer;
    if (cause !== undefined) causes.set(client, cause);
    const byCertificate = code === 0 && authorization?.(client.conn, client.id, userName);
    const lists = [own, byCertificate || undefined].filter((list) => list !== undefined);
    if (lists.length > 0) grants.set(client, lists);
    // Without a message aedes puts the code's name in.
    done(code === 0 ? null : Object.assign(new Error(''), { returnCode: code }), code === 0);
  }

  const broker = new Aedes({
    connectTimeout: connectTimeoutMs,
    heartbeatInterval,
    authenticate(client, userName, password, done) {
      const name = userName ?? null;
      const decided = auth.verify({
        clientId: client.id,
        userName: name,
        password: password ?? null,
        gone: () => client.closed,
      });
      if (!(decided instanceof Promise)) return conclude(client, name, decided, done);
      decided.then(
        (answer) => conclude(client, name, answer, done),
        (error: unknown) => {
          process.stderr.write(
            `the CONNECT auth failed: ${error instanceof Error ? error.stack : String(error)}\n`,
          );
          conclude(client, name, 3, done);
        },
      );
    },
    authorizePublish(client, { topic }, done) {
      const lists = client === null ? undefined : grants.get(client);
      const granted = (lists ?? []).every((list) => mayPublish(list, topic));
      if (client === null || (granted && !reserved.test(topic))) return done(null);
      events.refused(client.conn, 'publish');
      // MQTT 3.1.1 has no other answer than closing the connection, or saying nothing (3.3.5).
      done(new Error('not authorized'));
    },
    authorizeSubscribe(client, subscription, done) {
      const lists = client === null ? undefined : grants.get(client);
      if (client === null || (lists ?? []).every((list) => maySubscribe(list, subscription.topic)))
        return done(null, subscription);
      events.refused(client.conn, 'subscribe');
      // SUBACK with 0x80 (3.9.3).
      done(null, null);
    },
  });
  await broker.listen();
  broker.on('connackSent', ({ returnCode }, client) =>
    events.connack(client.conn, returnCode ?? 0, causes.get(client)),
  );
  broker.on('connectionError', (client, error) => events.failed(client.conn, error));
  broker.on('clientError', (client, error) => events.failed(client.conn, error));
  return {
    handle: (socket) => void broker.handle(socket),
    close: () => new Promise((resolve) => broker.close(resolve)),
    // Missing in its types.
    version: String(Reflect.get(broker, 'version')),
  };
}

type Done = Parameters<Aedes['authenticate']>[3];
