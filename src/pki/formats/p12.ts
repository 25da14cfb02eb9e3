import { pkcs12 } from '../pkcs12.ts';
import type { IdentityFormat } from './format.ts';

export const p12: IdentityFormat = {
  name: 'p12',
  describe: 'NAME.p12 (PKCS #12) with the key and the chain, under the password',
  names: (stem) => ({ certificate: `${stem}.p12`, key: `${stem}.p12` }),
  files: ({ clientId, key, chain }, stem, password) => [
    { path: `${stem}.p12`, bytes: pkcs12({ name: clientId, key, chain, password }), secret: true },
  ],
};
