import type { SecureContext } from 'node:tls';
import * as tls from 'node:tls';
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

/** The roots that contexts of this thread share. */
let shared: string | undefined;

/**
 * A context that is given `ca` makes a certificate store of its own of it, and the first server that it verifies fills that with another copy of
 * all that OpenSSL works out of a root: 17 kB for each client. Contexts without `ca` have one store in common, that of the thread's default
 * roots; so the storm's roots are made the default ones, where the runtime can do that (Node 24.5). Nothing else in a storm worker speaks TLS.
 */
function rootsOf(serverCa: string): { ca?: string } {
  if (typeof tls.setDefaultCACertificates !== 'function') return { ca: serverCa };
  if (shared !== serverCa) {
    tls.setDefaultCACertificates(serverCa.match(certificates) ?? []);
    shared = serverCa;
  }
  return {};
}

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const defaultGroups = ['X25519', 'P-256', 'P-384'];

function secureContext(
  { key, chain }: Identity,
  { serverCa, verifyServer }: DriverOptions,
  { versions, groups, ciphers, signatureAlgorithms }: TlsOrder = {},
): SecureContext {
  return tls.createSecureContext({
    ...(verifyServer ? rootsOf(serverCa) : { ca: [] }),
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
