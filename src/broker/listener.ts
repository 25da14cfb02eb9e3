import { randomBytes } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { openAuthorization } from './authorization/index.ts';
import { BrokerError, listenError, messageOf } from './broker-error.ts';
import type { BrokerConfig } from './config.ts';
import type { ConnectGuard } from './connect-auth/auth.ts';
import { connectAuth } from './connect-auth/index.ts';
import { ConnectionBook } from './connection-book.ts';
import type { ConnectionLedger } from './ledger.ts';
import { openMqtt } from './mqtt.ts';
import { mendPeerCertificateLeak } from './peer-certificate-leak.ts';
import type { RevocationGuard } from './revocation/check.ts';
import { RevocationFigures } from './revocation/figures.ts';
import { revocationCheck } from './revocation/index.ts';
import { RevocationGate } from './revocation/revocation-gate.ts';
import { slowDown } from './slowdown.ts';
import { readTlsOptions } from './tls-options.ts';
import { connackVerdict, connectVerdict, handshakeVerdict, operationRefusal, tlsRefusal } from './verdict.ts';

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
/** Name, HMAC key and AES key of session tickets, 16 octets each (RFC 5077 4). */
const ticketKeyBytes = 48;

/**
 * Opens the broker in this process: aedes behind a TLS listener that asks for client certificates, each connection booked in `ledger`.
 * Resolves when the port is open. Throws BrokerError with a sentence for the user.
 */
export async function openBroker(
  config: BrokerConfig,
  ledger: ConnectionLedger,
  figures: RevocationFigures = new RevocationFigures(),
): Promise<OpenBroker> {
  const tlsOptions = await readTlsOptions(config);
  const check = revocationCheck(config.revocation);
  const auth = await connectAuth(config.connectAuth).open(config);
  const guard = await check.open(config, figures);
  try {
    return await serve(config, { tlsOptions, guard, auth }, ledger, figures);
  } catch (error) {
    // A thread that keeps CRLs, a connection to a database.
    await Promise.all([guard.close(), auth.close()]);
    throw error;
  }
}

type Parts = {
  tlsOptions: Awaited<ReturnType<typeof readTlsOptions>>;
  guard: RevocationGuard;
  auth: ConnectGuard;
};

async function serve(
  config: BrokerConfig,
  { tlsOptions, guard, auth }: Parts,
  ledger: ConnectionLedger,
  figures: RevocationFigures,
): Promise<OpenBroker> {
  const server = createTlsServer({ ...tlsOptions, ...(guard.crl && { crl: guard.crl }) }, config);
  const book = new ConnectionBook(ledger);
  const gate = new RevocationGate(guard, config, tlsOptions.ca, figures, {
    refused: (socket, cause) => book.settle(socket, tlsRefusal(cause)),
    lost: (socket, error) => book.settle(socket, connectVerdict(error)),
  });
  guard.attach({
    useCrls(crls) {
      // Node would make new ones with the context: whether tickets outlive a list is not for it to say.
      const ticketKeys = server.getTicketKeys();
      server.setSecureContext({ ...tlsOptions, ...(crls && { crl: crls }) });
      server.setTicketKeys(ticketKeys);
    },
    moreRevoked() {
      if (config.settings.onRevocation.includes('rotate-ticket-keys'))
        server.setTicketKeys(randomBytes(ticketKeyBytes));
      gate.moreRevoked();
    },
  });
  const authorization = openAuthorization(config.settings);
  const mqtt = await openMqtt(auth, authorization, config.settings.handshakeTimeoutMs, {
    connack: (socket, returnCode, cause) => book.settle(socket, connackVerdict(returnCode, cause)),
    failed: (socket, error) => book.settle(socket, connectVerdict(error)),
    refused: (socket, operation) => book.refuseOperation(socket, operationRefusal(operation)),
  });

  server.on('connection', (socket: Socket) => book.open(socket));
  slowDown(server, config.settings.slowdown);
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    book.settleHandshake(socket, handshakeVerdict(error, authorizationErrorOf(socket)));
    // After a timeout Node leaves the socket open.
    socket.destroy();
  });
  server.once('secureConnection', mendPeerCertificateLeak);
  server.on('secureConnection', (socket: TLSSocket) => {
    book.enterConnect(socket);
    gate.pass(socket, () => mqtt.handle(socket));
  });

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

function createTlsServer(options: TlsOptions, { crlFile }: BrokerConfig): Server {
  try {
    return createServer(options);
  } catch (error) {
    // Everything else has been loaded once already.
    throw new BrokerError(
      'ERR_BROKER_CRL',
      `${crlFile} holds no CRL that OpenSSL can read: it must be PEM, "-----BEGIN X509 CRL-----" (${messageOf(error)})`,
      { cause: error },
    );
  }
}

/** A string at run time (the verify error's name, for example CERT_HAS_EXPIRED), whatever the types say. */
function authorizationErrorOf(socket: TLSSocket): string | null {
  const error: unknown = socket.authorizationError;
  return typeof error === 'string' ? error : null;
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
