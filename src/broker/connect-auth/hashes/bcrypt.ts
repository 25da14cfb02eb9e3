import type { PasswordAlgorithm } from './password-algorithm.ts';

/**
 * bcrypt, by the library of that name. OWASP Password Storage Cheat Sheet: a cost of 10 at least, for what is there already. Of a password only the
 * first 72 bytes count. Record: `$2b$10$…`.
 */
export const bcrypt: PasswordAlgorithm = {
  name: 'bcrypt',
  defaults: { cost: 10 },
  async hash(password, { cost = 10 }) {
    const { hash } = await import('bcrypt');
    return hash(password, cost);
  },
  read(record) {
    if (!/^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/.test(record)) return null;
    // Only who checks such records loads the library; the thread pool does the work.
    const library = import('bcrypt');
    return { verify: async (password) => (await library).compare(password, record) };
  },
};
