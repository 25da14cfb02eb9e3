import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { VariantPlan } from '../../scenario/plan.ts';
import type { ServiceKind } from './service-kind.ts';

/** How long a cache may keep a CRL: a broker that polls is to ask each time. */
const maxAgeMs = 1_000;

/** By what name the list is served, whatever it is called in the corpus: certificates may point to it. */
const fileName = 'crl.pem';

/** The distribution point, for targets that fetch their CRL by HTTP. */
export const crl: ServiceKind = {
  kind: 'crl',
  urlName: 'crlUrl',
  wanted: ({ target, broker }) => target.revocation.startsWith('crl') && broker.crl.source === 'http',
  order: ({ variant, crlFile, issuers, workDir }) => ({
    service: 'crl',
    host: '127.0.0.1',
    port: variant.services.crl.port,
    files: [underItsName(crlFile, workDir)],
    // Some faults sign anew.
    ...(fails(variant) && { issuerKeyPem: issuers()[0]?.caKeyPem ?? '' }),
    maxAgeMs,
    faults: variant.services.crl.faults,
  }),
  path: () => `/${fileName}`,
};

function underItsName(crlFile: string, workDir: string): string {
  const path = join(workDir, fileName);
  // A list that events change lies there already.
  if (!existsSync(path)) symlinkSync(crlFile, path);
  return path;
}

function fails({ services, events }: VariantPlan): boolean {
  return (
    services.crl.faults.length > 0 ||
    events.some((event) => event.kind === 'faults' && event.service === 'crl')
  );
}
