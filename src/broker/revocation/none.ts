import { nothingToAsk, type RevocationCheck } from './check.ts';

/** Revocation is not looked at: the yardstick for the others, and what a broker does that was given no CRL. */
export const none: RevocationCheck = {
  name: 'none',
  open: async () => nothingToAsk,
};
