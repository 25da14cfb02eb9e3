import { matchesSaltedHash, parseSaltedHash, saltedHash } from '../../../pki/credentials/salted-hash.ts';
import type { PasswordAlgorithm } from './password-algorithm.ts';

/** Salted SHA-256: a microsecond, on the event loop. What is left of a check where the hash costs nothing. */
export const sha256: PasswordAlgorithm = {
  name: 'sha256',
  defaults: {},
  hash: async (password) => saltedHash(password),
  read(record) {
    const parsed = parseSaltedHash(record);
    return parsed === null ? null : { verify: (password) => matchesSaltedHash(password, parsed) };
  },
};
