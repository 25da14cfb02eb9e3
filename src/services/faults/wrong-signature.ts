import type { Fault } from './fault.ts';

export const wrongSignature: Fault = {
  name: 'wrong-signature',
  describe: 'one bit of the signature is another',
  services: ['ocsp', 'crl'],
  prepare: () => ({
    signature(signature) {
      const changed = Uint8Array.from(signature);
      const last = changed.length - 1;
      changed[last] = (changed[last] ?? 0) ^ 1;
      return changed;
    },
  }),
};
