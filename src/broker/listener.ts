import type { AddressInfo, Server, Socket } from 'node:net';
import { Admission } from './admission.ts';
import { openAuthorization } from './authorization/index.ts';
import { BrokerError, listenError } from './broker-error.ts';
import type { BrokerConfig } from './config.ts';
import type { ConnectGuard } from './connect-auth/auth.ts';
import { connectAuth } from './connect-auth/index.ts';
import { ConnectionBook } from './connection-book.ts';
import { tcpDoor } from './doors/tcp.ts';
import { type TlsParts, tlsDoor } from './doors/tls.ts';
import { webSocketDoor } from './doors/websocket.ts';
import type { ConnectionLedger } from './ledger.ts';
import { openMqtt } from './mqtt.ts';
import type { RevocationCheck, RevocationGuard } from './revocation/check.ts';
import { RevocationFigures } from './revocation/figures.ts';
import { revocationCheck } from './revocation/index.ts';
import { none } from './revocation/none.ts';
import { slowDown } from './slowdown.ts';
import { readTlsOptions } from './tls-options.ts';
import { connackVerdict, connectVerdict, operationRefusal } from './verdict.ts';

/** A broker that serves. */
export type OpenBroker = {
  port: number;
  /** For example `aedes 1.2.0 on Node v24.21.0, OpenSSL 3.5.8`. */
  version: string;
  /** The files that the revocation check reads have been replaced. Resolves when what is new holds for the next handshake. */
  reloadRevocation(): Promise<void>;
  close(): Promise<void>;
};

/**
 * How many connections the kernel may hold for the broker, as far as net.core.somaxconn lets it. Node's 511 overflows while a large CRL
 * is searched, and each client whose SYN is dropped then measures TCP's retransmission timer: a second.
 */
const backlog = 4096;

/**
 * Opens the broker in this process: aedes behind a TLS listener that asks for client certificates, each connection booked in `ledger`.
 * Resolves when the port is open. Throws BrokerError with a sentence for the user.
 */
export async function openBroker(
  config: BrokerConfig,
  ledger: ConnectionLedger,
  figures: RevocationFigures = new RevocationFigures(),
): Promise<OpenBroker> {
  const check = checkFor(config);
  const tlsOptions = await readTlsOptions(config);
  const auth = await connectAuth(config.connectAuth).open(config);
  let guard: RevocationGuard | undefined;
  try {
    guard = await check.open(config, figures);
    return await serve({ config, tlsOptions, guard, figures }, auth, ledger);
  } catch (error) {
    // A thread that keeps CRLs, a connection to a database.
    await Promise.all([guard?.close(), auth.close()]);
    throw error;
  }
}

function checkFor({ revocation, transport, clientCertificates }: BrokerConfig): RevocationCheck {
  const check = revocationCheck(revocation);
  if (check === none || (transport !== 'tcp' && clientCertificates === 'required')) return check;
  throw new BrokerError(
    'ERR_BROKER_REVOCATION',
    `the revocation check ${revocation} has nothing to look at where clients present no certificate: choose none, or ask for certificates over TLS`,
  );
}

async function serve(parts: TlsParts, auth: ConnectGuard, ledger: ConnectionLedger): Promise<OpenBroker> {
  const { config, guard } = parts;
  const book = new ConnectionBook(ledger, new Admission(config.settings.limits));
  const { handshakeTimeoutMs, slowdown } = config.settings;
  const mqtt = await openMqtt(auth, openAuthorization(config.settings), handshakeTimeoutMs, {
    connack: (socket, returnCode, cause) => book.settle(socket, connackVerdict(returnCode, cause)),
    failed: (socket, error) => book.settle(socket, connectVerdict(error)),
    refused: (socket, operation) => book.refuseOperation(socket, operationRefusal(operation)),
  });
  const doors: Record<BrokerConfig['transport'], () => Server> = {
    tcp: () => tcpDoor(book, mqtt.handle),
    tls: () => tlsDoor(parts, book, mqtt.handle),
    wss: () => tlsDoor(parts, book, webSocketDoor(handshakeTimeoutMs, book, mqtt.handle)),
  };
  const server = doors[config.transport]();
  server.prependListener('connection', (socket: Socket) => book.open(socket));
  slowDown(server, slowdown);

  const port = await listen(server, config);
  return {
    port,
    version: `aedes ${mqtt.version} on Node ${process.version}, OpenSSL ${process.versions.openssl}`,
    reloadRevocation: () => guard.reload(),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      book.destroyAll();
      await mqtt.close();
      await closed;
      await Promise.all([guard.close(), auth.close()]);
    },
  };
}

function listen(server: Server, { host, port }: BrokerConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(listenError(error, host, port));
    server.once('error', fail);
    server.listen({ host, port, backlog }, () => {
      server.removeListener('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
