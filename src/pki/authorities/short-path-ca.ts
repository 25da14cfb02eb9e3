import { basicConstraints } from '../extensions.ts';
import type { Authority } from './authority.ts';

export const shortPathCa: Authority = {
  name: 'short-path-ca',
  describe: 'an intermediate CA that no other CA may follow: path length 0',
  commonName: (seed) => `certstorm last CA ${seed}`,
  shape: (template) => ({
    ...template,
    extensions: { ...template.extensions, basicConstraints: basicConstraints({ ca: true, pathLength: 0 }) },
  }),
};
