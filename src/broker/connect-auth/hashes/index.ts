import { BrokerError } from '../../broker-error.ts';
import { argon2id } from './argon2id.ts';
import { bcrypt } from './bcrypt.ts';
import type { PasswordAlgorithm, PasswordRecord } from './password-algorithm.ts';
import { scrypt } from './scrypt.ts';
import { sha256 } from './sha256.ts';

const algorithms: readonly PasswordAlgorithm[] = [scrypt, argon2id, bcrypt, sha256];

/** What a scenario may write at `broker.password.algorithm`, and which parameters each takes. */
export const passwordAlgorithms: readonly { name: string; parameters: readonly string[] }[] = algorithms.map(
  ({ name, defaults }) => ({ name, parameters: Object.keys(defaults) }),
);

/** Throws BrokerError where there is none of that name. */
export function passwordAlgorithm(name: string): PasswordAlgorithm {
  const found = algorithms.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new BrokerError(
    'ERR_BROKER_PASSWORDS',
    `there is no password algorithm "${name}": choose one of ${algorithms.map((each) => each.name).join(', ')}`,
  );
}

/** A record of any of the algorithms; null where the text is of none. */
export function readPasswordRecord(text: string): PasswordRecord | null {
  for (const algorithm of algorithms) {
    const record = algorithm.read(text);
    if (record !== null) return record;
  }
  return null;
}
