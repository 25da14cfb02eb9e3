import { BrokerError } from '../broker-error.ts';
import { allowList } from './allow-list.ts';
import type { RevocationCheck } from './check.ts';
import { crlIndexed } from './crl-indexed.ts';
import { crlNative } from './crl-native.ts';
import { none } from './none.ts';
import { ocsp } from './ocsp.ts';
import { ocspCached } from './ocsp-cached.ts';
import { ocspStapled } from './ocsp-stapled.ts';

const checks: readonly RevocationCheck[] = [
  none,
  crlNative,
  crlIndexed,
  ocsp,
  ocspCached,
  allowList,
  ocspStapled,
];

/** What a scenario may write at `target.revocation` for the bundled broker. */
export const revocationNames: readonly string[] = checks.map(({ name }) => name);

/** Throws BrokerError where there is none of that name. */
export function revocationCheck(name: string): RevocationCheck {
  const check = checks.find((candidate) => candidate.name === name);
  if (check !== undefined) return check;
  throw new BrokerError(
    'ERR_BROKER_REVOCATION',
    `the bundled broker has no revocation check "${name}": choose one of ${revocationNames.join(', ')}`,
  );
}
