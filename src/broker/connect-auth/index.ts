import { BrokerError } from '../broker-error.ts';
import type { ConnectAuth } from './auth.ts';
import { none } from './none.ts';
import { passwordHash } from './password-hash.ts';

const auths: readonly ConnectAuth[] = [none, passwordHash];

/** What a scenario may write at `target.connectAuth` for the bundled broker. */
export const connectAuthNames: readonly string[] = auths.map(({ name }) => name);

/** Throws BrokerError where there is none of that name. */
export function connectAuth(name: string): ConnectAuth {
  const auth = auths.find((candidate) => candidate.name === name);
  if (auth !== undefined) return auth;
  throw new BrokerError(
    'ERR_BROKER_CONNECT_AUTH',
    `the bundled broker has no CONNECT auth "${name}": choose one of ${connectAuthNames.join(', ')}`,
  );
}
