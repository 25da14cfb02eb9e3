import { type Connection, type ConnectOptions, connect } from '../../src/wire/connection.ts';
import type { Ending } from '../../src/wire/ending.ts';
import { prepareOffer } from '../../src/wire/offer.ts';
import type { Session } from '../../src/wire/session.ts';

/** An MQTT 3.1.1 CONNECT with a clean session, and what accepts it. */
export function mqttConnect(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  return Buffer.concat([
    Buffer.from([0x10, 12 + id.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, id.length]),
    id,
  ]);
}
export const connack = Buffer.from([0x20, 2, 0, 0]);

export type Attempt = {
  connection: Connection;
  /** All application data that came. */
  data: Buffer;
  endings: Ending[];
  sessions: Session[];
};

export type AttemptOptions = Omit<ConnectOptions, 'host' | 'offer' | 'applicationData'> &
  Partial<Pick<ConnectOptions, 'host' | 'offer' | 'applicationData'>> & {
    /** Called with each piece of data; default closes at once. */
    onData?: (connection: Connection, all: Buffer) => void;
    /** Keep tickets that come. */
    wantSessions?: boolean;
    /** What happens right after connecting, e.g. to close from outside. */
    onStart?: (connection: Connection) => void;
  };

/** One connection from start to end. Waits a moment longer, so that a second ending would be seen. */
export async function attempt(options: AttemptOptions): Promise<Attempt> {
  const data: Buffer[] = [];
  const endings: Ending[] = [];
  const sessions: Session[] = [];
  const offer = options.offer ?? prepareOffer({ serverName: options.trust.serverName });
  const applicationData =
    options.applicationData === undefined ? Buffer.from('hello') : options.applicationData;
  const connection = await new Promise<Connection>((resolve) => {
    const started = connect(
      { host: '127.0.0.1', ...options, offer, applicationData },
      {
        onApplicationData: (bytes, from) => {
          data.push(Buffer.from(bytes));
          if (options.onData) options.onData(from, Buffer.concat(data));
          else from.close();
        },
        ...(options.wantSessions ? { onSession: (session: Session) => sessions.push(session) } : {}),
        onEnd: (ending, from) => {
          endings.push(ending);
          resolve(from);
        },
      },
    );
    options.onStart?.(started);
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { connection, data: Buffer.concat(data), endings, sessions };
}
