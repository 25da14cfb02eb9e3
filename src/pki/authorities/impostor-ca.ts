import type { Authority } from './authority.ts';

export const impostorCa: Authority = {
  name: 'impostor-ca',
  describe: 'a root with the name and the key identifier of the issuing CA and another key',
  commonName: (seed) => `certstorm impostor CA ${seed}`,
  signedBy: 'self',
  impersonates: 'name-and-key-id',
  sent: false,
  crl: false,
};
