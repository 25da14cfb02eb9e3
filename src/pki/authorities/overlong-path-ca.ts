import type { Authority } from './authority.ts';

export const overlongPathCa: Authority = {
  name: 'overlong-path-ca',
  describe: 'a CA below the one that no other CA may follow',
  commonName: (seed) => `certstorm CA too many ${seed}`,
  signedBy: 'short-path-ca',
};
