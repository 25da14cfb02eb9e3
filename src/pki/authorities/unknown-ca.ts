import type { Authority } from './authority.ts';

export const unknownCa: Authority = {
  name: 'unknown-ca',
  describe: 'a root that nobody trusts',
  commonName: (seed) => `certstorm unknown CA ${seed}`,
  signedBy: 'self',
  sent: false,
  crl: false,
};
