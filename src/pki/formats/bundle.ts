import { pem } from '../pem.ts';
import type { IdentityFormat } from './format.ts';
import { chainPem } from './pem.ts';

export const bundle: IdentityFormat = {
  name: 'bundle',
  describe: 'NAME.pem with the key and the chain in one',
  names: (stem) => ({ certificate: `${stem}.pem`, key: `${stem}.pem` }),
  files: (identity, stem) => [
    {
      path: `${stem}.pem`,
      bytes: Buffer.concat([pem('PRIVATE KEY', identity.key), chainPem(identity)]),
      secret: true,
    },
  ],
};
