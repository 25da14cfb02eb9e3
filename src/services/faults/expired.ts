import type { Fault } from './fault.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Good for a day, and that a day ago. */
const longAgo = () => ({
  thisUpdate: new Date(Date.now() - 2 * dayMs),
  nextUpdate: new Date(Date.now() - dayMs),
});

export const expired: Fault = {
  name: 'expired',
  describe: 'nextUpdate was yesterday; a CRL is signed anew for it, which takes the key of its issuer',
  services: ['ocsp', 'crl'],
  prepare: () => ({
    ocsp: (draft) => ({
      ...draft,
      producedAt: longAgo().thisUpdate,
      responses: draft.responses.map((single) => ({ ...single, ...longAgo() })),
    }),
    crl: longAgo,
  }),
};
