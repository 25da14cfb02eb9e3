import type { Authority } from './authority.ts';

export const hiddenCa: Authority = {
  name: 'hidden-ca',
  describe: 'a good intermediate CA whose certificate nobody sends and no broker has',
  commonName: (seed) => `certstorm hidden CA ${seed}`,
  sent: false,
  crl: false,
};
