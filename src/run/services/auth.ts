import { join } from 'node:path';
import { saltedHash } from '../../pki/credentials/salted-hash.ts';
import { writeUsersFile } from '../../pki/credentials/users-file.ts';
import type { ServiceKind } from './service-kind.ts';

/** The auth service, for targets that ask about every CONNECT. */
export const auth: ServiceKind = {
  kind: 'auth',
  urlName: 'authUrl',
  wanted: ({ target }) => target.connectAuth === 'webservice',
  async order({ variant, users, workDir }) {
    const usersFile = join(workDir, 'auth-users.json');
    const records = users.clientIds.map((clientId): [string, string] => [
      clientId,
      saltedHash(users.password),
    ]);
    await writeUsersFile(usersFile, new Map(records));
    return { service: 'auth', host: '127.0.0.1', ...variant.services.auth, usersFile };
  },
  path: () => '',
};
