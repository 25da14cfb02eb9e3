import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { BrokerError, listenError, messageOf } from './broker-error.ts';
import type { BrokerConfig } from './config.ts';
import { connectAuth } from './connect-auth/index.ts';
import { ConnectionBook } from './connection-book.ts';
import type { ConnectionLedger } from './ledger.ts';
import { openMqtt } from './mqtt.ts';
import { mendPeerCertificateLeak } from './peer-certificate-leak.ts';
import { revocationCheck } from './revocation/index.ts';
import { slowDown } from './slowdown.ts';
import { readTlsOptions } from './tls-options.ts';
import { connackVerdict, connectVerdict, handshakeVerdict, tlsRefusal } from './verdict.ts';

/** A broker that serves. */
export type OpenBroker = {
  port: number;
  /** For example `aedes 1.2.0 on Node v24.21.0, OpenSSL 3.5.8`. */
  version: string;
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
export async function openBroker(config: BrokerConfig, ledger: ConnectionLedger): Promise<OpenBroker> {
  const tlsOptions = await readTlsOptions(config);
  const revocation = await revocationCheck(config.revocation).open(config);
  const auth = await connectAuth(config.connectAuth).open(config);
  const server = createTlsServer({ ...tlsOptions, ...(revocation.crl && { crl: revocation.crl }) }, config);
  const book = new ConnectionBook(ledger);
  const mqtt = await openMqtt(auth, config.settings.handshakeTimeoutMs, {
    connack: (socket, returnCode) => book.settle(socket, connackVerdict(returnCode)),
    failed: (socket, error) => book.settle(socket, connectVerdict(error)),
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
    if (revocation.refusal === null) return mqtt.handle(socket);
    void Promise.resolve(revocation.refusal(socket)).then((cause) => {
      if (cause === null) return mqtt.handle(socket);
      book.settle(socket, tlsRefusal(cause));
      socket.destroy();
    });
  });

  const port = await listen(server, config);
  return {
    port,
    version: `aedes ${mqtt.version} on Node ${process.version}, OpenSSL ${process.versions.openssl}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      book.destroyAll();
      await mqtt.close();
      await closed;
      await Promise.all([revocation.close(), auth.close()]);
    },
  };
}

function createTlsServer(options: Parameters<typeof createServer>[0], { crlFile }: BrokerConfig): Server {
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
