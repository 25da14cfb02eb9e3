import { createSecureContext, type SecureContext } from 'node:tls';
import type { Identity } from '../../pki/identity.ts';
import type { TlsOrder } from '../tls-order.ts';
import type { DriverOptions } from './driver.ts';
import { pem } from './pem.ts';

/** Makes the SecureContexts of a driver's clients: one for each identity, for the whole run. */
export class SecureContexts {
  readonly #options: DriverOptions;
  #bare: { tls: TlsOrder | undefined; context: SecureContext } | undefined;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  /** Throws what OpenSSL says where it cannot load the identity. Those without a certificate share one, as long as they offer the same. */
  of(identity: Identity, tls: TlsOrder | undefined): SecureContext {
    if (identity.key !== null) return secureContext(identity, this.#options, tls);
    if (this.#bare === undefined || this.#bare.tls !== tls)
      this.#bare = { tls, context: secureContext(identity, this.#options, tls) };
    return this.#bare.context;
  }
}

const defaultGroups = ['X25519', 'P-256', 'P-384'];

function secureContext(
  { key, chain }: Identity,
  { serverCa, verifyServer }: DriverOptions,
  { versions, groups, ciphers, signatureAlgorithms }: TlsOrder = {},
): SecureContext {
  return createSecureContext({
    // Without `ca` each context would hold the system's whole root store.
    ca: verifyServer ? serverCa : [],
    ecdhCurve: (groups ?? defaultGroups).join(':'),
    ...(versions === undefined
      ? {}
      : {
          minVersion: versions.includes('1.2') ? 'TLSv1.2' : 'TLSv1.3',
          maxVersion: versions.includes('1.3') ? 'TLSv1.3' : 'TLSv1.2',
        }),
    ...(ciphers === undefined ? {} : { ciphers: ciphers.join(':') }),
    ...(signatureAlgorithms === undefined ? {} : { sigalgs: signatureAlgorithms.join(':') }),
    ...(key === null
      ? {}
      : { key: pem('PRIVATE KEY', key), cert: chain.map((der) => pem('CERTIFICATE', der)).join('') }),
  });
}
