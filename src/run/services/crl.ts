import { basename } from 'node:path';
import type { VariantPlan } from '../../scenario/plan.ts';
import type { ServiceKind } from './service-kind.ts';

/** How long a cache may keep a CRL: a broker that polls is to ask each time. */
const maxAgeMs = 1_000;

/** The distribution point, for targets that fetch their CRL by HTTP. */
export const crl: ServiceKind = {
  kind: 'crl',
  urlName: 'crlUrl',
  wanted: ({ target, broker }) => target.revocation.startsWith('crl') && broker.crl.source === 'http',
  order: ({ variant, crlFile, issuers }) => ({
    service: 'crl',
    host: '127.0.0.1',
    port: variant.services.crl.port,
    files: [crlFile],
    // Some faults sign anew.
    ...(fails(variant) && { issuerKeyPem: issuers()[0]?.caKeyPem ?? '' }),
    maxAgeMs,
    faults: variant.services.crl.faults,
  }),
  path: ({ crlFile }) => `/${basename(crlFile)}`,
};

function fails({ services, events }: VariantPlan): boolean {
  return (
    services.crl.faults.length > 0 ||
    events.some((event) => event.kind === 'faults' && event.service === 'crl')
  );
}
