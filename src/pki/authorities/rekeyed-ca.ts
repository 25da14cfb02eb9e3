import type { Authority } from './authority.ts';

export const rekeyedCa: Authority = {
  name: 'rekeyed-ca',
  describe: 'a root with the name of the issuing CA, another key and that key’s identifier',
  commonName: (seed) => `certstorm rekeyed CA ${seed}`,
  signedBy: 'self',
  impersonates: 'name',
  sent: false,
  crl: false,
};
