import type { ServiceKind } from './service-kind.ts';

/** The OCSP responder, for targets that ask about every client, or about those they do not remember. */
export const ocsp: ServiceKind = {
  kind: 'ocsp',
  urlName: 'ocspUrl',
  wanted: ({ target }) => target.revocation.startsWith('ocsp'),
  order: ({ variant, issuers }) => ({
    service: 'ocsp',
    host: '127.0.0.1',
    port: variant.services.ocsp.port,
    issuers: issuers(),
    signing: variant.services.ocsp.signing,
    nonce: variant.broker.ocsp.nonce ? 'echo' : 'ignore',
    validityMs: variant.services.ocsp.validityMs,
    faults: variant.services.ocsp.faults,
  }),
  path: () => '/',
};
