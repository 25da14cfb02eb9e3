import type { TLSSocket } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import type { ConnectAnswer, ConnectGuard } from './connect-auth/auth.ts';

/** What the listener wants to know about a connection before it is a session. */
export type MqttEvents = {
  /** A CONNACK was written; `cause` where it was not decided as its code's name says. */
  connack(socket: Client['conn'], returnCode: number, cause: string | undefined): void;
  /** The connection failed at the MQTT layer, before or after its CONNACK. */
  failed(socket: Client['conn'], error: Error): void;
};

export type MqttBroker = {
  handle(socket: TLSSocket): void;
  close(): Promise<void>;
  version: string;
};

/** Once a day: there is no second broker to be told that this one is alive. Its quadruple is a timer too, and must stay below 2^31. */
const heartbeatInterval = 24 * 3600_000;

/** aedes with sessions in memory; everything a client may do after its CONNACK, it may do here. */
export async function openMqtt(
  auth: ConnectGuard,
  connectTimeoutMs: number,
  events: MqttEvents,
): Promise<MqttBroker> {
  const causes = new WeakMap<Client, string>();

  function conclude(client: Client, answer: ConnectAnswer, done: Done): void {
    const { code, cause } = typeof answer === 'number' ? { code: answer, cause: undefined } : answer;
    if (cause !== undefined) causes.set(client, cause);
    // Without a message aedes puts the code's name in.
    done(code === 0 ? null : Object.assign(new Error(''), { returnCode: code }), code === 0);
  }

  const broker = new Aedes({
    connectTimeout: connectTimeoutMs,
    heartbeatInterval,
    authenticate(client, userName, password, done) {
      const decided = auth.verify({
        clientId: client.id,
        userName: userName ?? null,
        password: password ?? null,
        gone: () => client.closed,
      });
      if (!(decided instanceof Promise)) return conclude(client, decided, done);
      decided.then(
        (answer) => conclude(client, answer, done),
        (error: unknown) => {
          process.stderr.write(
            `the CONNECT auth failed: ${error instanceof Error ? error.stack : String(error)}\n`,
          );
          conclude(client, 3, done);
        },
      );
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
