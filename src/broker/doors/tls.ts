import { randomBytes } from 'node:crypto';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { BrokerError, messageOf } from '../broker-error.ts';
import type { BrokerConfig } from '../config.ts';
import type { ConnectionBook } from '../connection-book.ts';
import { mendPeerCertificateLeak } from '../peer-certificate-leak.ts';
import type { RevocationGuard } from '../revocation/check.ts';
import type { RevocationFigures } from '../revocation/figures.ts';
import { RevocationGate } from '../revocation/revocation-gate.ts';
import type { readTlsOptions } from '../tls-options.ts';
import { connectVerdict, handshakeVerdict, tlsRefusal } from '../verdict.ts';

/** What the TLS side of a broker is made of. */
export type TlsParts = {
  config: BrokerConfig;
  tlsOptions: Awaited<ReturnType<typeof readTlsOptions>>;
  guard: RevocationGuard;
  figures: RevocationFigures;
};

/** Name, HMAC key and AES key of session tickets, 16 octets each (RFC 5077 4). */
const ticketKeyBytes = 48;

/**
 * A TLS server whose clients are asked for certificates and about whom the revocation check is asked: `enter` is called for each that may
 * go on to MQTT. Throws BrokerError for a CRL that OpenSSL can't read.
 */
export function tlsDoor(
  { config, tlsOptions, guard, figures }: TlsParts,
  book: ConnectionBook,
  enter: (socket: TLSSocket) => void,
): Server {
  const server = createTlsServer({ ...tlsOptions, ...(guard.crl && { crl: guard.crl }) }, config);
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
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    book.settleHandshake(socket, handshakeVerdict(error, authorizationErrorOf(socket)));
    // After a timeout Node leaves the socket open.
    socket.destroy();
  });
  server.once('secureConnection', mendPeerCertificateLeak);
  server.on('secureConnection', (socket: TLSSocket) => {
    book.enterConnect(socket);
    gate.pass(socket, () => enter(socket));
  });
  return server;
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
