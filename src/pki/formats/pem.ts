import type { Identity } from '../identity.ts';
import { pem } from '../pem.ts';
import type { IdentityFormat } from './format.ts';

export const chainPem = ({ chain }: Pick<Identity, 'chain'>): Buffer =>
  Buffer.concat(chain.map((certificate) => pem('CERTIFICATE', certificate)));

export const pemFiles: IdentityFormat = {
  name: 'pem',
  describe: 'NAME.crt with the chain, leaf first, and NAME.key (PKCS #8), both PEM',
  names: (stem) => ({ certificate: `${stem}.crt`, key: `${stem}.key` }),
  files: (identity, stem) => [
    { path: `${stem}.crt`, bytes: chainPem(identity), secret: false },
    { path: `${stem}.key`, bytes: pem('PRIVATE KEY', identity.key), secret: true },
  ],
};
