import type { Authority } from './authority.ts';

export const rsaCa: Authority = {
  name: 'rsa-ca',
  describe: 'an intermediate CA with an RSA key, for digests that go with RSA alone',
  commonName: (seed) => `certstorm RSA CA ${seed}`,
  algorithm: 'rsa-2048',
};
