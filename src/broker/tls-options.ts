import { constants, X509Certificate } from 'node:crypto';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { BrokerError, messageOf } from './broker-error.ts';
import type { BrokerConfig } from './config.ts';
import { readConfigFile } from './config-file.ts';

/**
 * The TLS side of the configuration, each file looked at by itself so that a bad one is named. Throws BrokerError. The CRL is not among
 * them: it may take OpenSSL a second to load, once is enough.
 */
export async function readTlsOptions(config: BrokerConfig): Promise<TlsOptions & { ca: Buffer }> {
  const { certFile, keyFile, clientCaFile } = config;
  const cert = await readConfigFile('certificate', certFile);
  const key = await readConfigFile('private key', keyFile);
  const ca = await readConfigFile('client CA', clientCaFile);
  // OpenSSL passes over a CA file without a certificate in silence, and then trusts nobody.
  attempt(
    'ERR_BROKER_CLIENT_CA',
    `${clientCaFile} holds no certificate in PEM`,
    () => new X509Certificate(ca),
  );
  attempt(
    'ERR_BROKER_CERTIFICATE',
    `${certFile} holds no certificate in PEM`,
    () => new X509Certificate(cert),
  );
  attempt('ERR_BROKER_KEY', `${keyFile} is no private key in PEM that belongs to ${certFile}`, () =>
    createSecureContext({ ca: [], cert, key }),
  );
  return {
    cert,
    key,
    ca,
    ...versionsOf(config),
    requestCert: config.clientCertificates === 'required',
    rejectUnauthorized: config.clientCertificates === 'required',
    handshakeTimeout: config.settings.handshakeTimeoutMs,
    // CONNACK must not wait for the acknowledgement of the TLS flight before it (Nagle).
    noDelay: true,
    ...(config.sessionTickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function attempt(code: string, sentence: string, load: () => unknown): void {
  try {
    load();
  } catch (error) {
    throw new BrokerError(code, `${sentence} (${messageOf(error)})`, { cause: error });
  }
}

function versionsOf({ tlsVersions }: BrokerConfig): Pick<TlsOptions, 'minVersion' | 'maxVersion'> {
  const old = tlsVersions?.includes('1.2') ?? true;
  const current = tlsVersions?.includes('1.3') ?? true;
  return { minVersion: old ? 'TLSv1.2' : 'TLSv1.3', maxVersion: current ? 'TLSv1.3' : 'TLSv1.2' };
}
