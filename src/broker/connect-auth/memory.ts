import type { ConnectAuth, ConnectGuard } from './auth.ts';
import { readRecords } from './password-hash.ts';
import { prepareUsersFile, readUsers } from './users.ts';

/**
 * User name and password against a map in the broker's memory, one salted SHA-256 each: the cheapest check that is still one. No
 * credentials: CONNACK 5; wrong ones: CONNACK 4.
 */
export const memory: ConnectAuth = {
  name: 'memory',
  prepare: (order) => prepareUsersFile(order, 'sha256'),
  async open(config): Promise<ConnectGuard> {
    const records = readRecords(await readUsers(config));
    const [stranger] = records.values();
    return {
      verify({ userName, password }) {
        if (userName === null || password === null) return 5;
        const known = records.get(userName);
        const right = (known ?? stranger)?.verify(password) === true;
        return known !== undefined && right ? 0 : 4;
      },
      close: async () => undefined,
    };
  },
};
