import { nameConstraints } from '../extensions.ts';
import { name } from '../name.ts';
import type { Authority } from './authority.ts';

export const constrainedCa: Authority = {
  name: 'constrained-ca',
  describe: 'an intermediate CA that may issue for the organization "elsewhere" alone',
  commonName: (seed) => `certstorm constrained CA ${seed}`,
  shape: (template) => ({
    ...template,
    extensions: {
      ...template.extensions,
      nameConstraints: nameConstraints({
        permitted: [{ directory: name([['O', 'elsewhere']]) }],
        excluded: [],
      }),
    },
  }),
};
