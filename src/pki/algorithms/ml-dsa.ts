import { generateKeyPairSync, sign } from 'node:crypto';
import { oid, sequence } from '../der.ts';
import type { Algorithm, KeyPair } from './algorithm.ts';
import { keyPair } from './key-pair.ts';

/** ML-DSA (FIPS 204) with one parameter set, as RFC 9881 puts it into certificates. Asked of the runtime, since only OpenSSL 3.5 has it. */
export function mlDsa(name: 'ml-dsa-44' | 'ml-dsa-65', dotted: string, level: number): Algorithm {
  const makeKeyPair = (): KeyPair =>
    keyPair(
      generateKeyPairSync(name, {
        publicKeyEncoding: { format: 'der', type: 'spki' },
        privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      }),
    );
  const reason = whyNot(makeKeyPair);
  return {
    name,
    describe: `${name.toUpperCase()} (FIPS 204, security category ${level})`,
    keyCostMs: 1,
    signatureAlgorithm: sequence(oid(dotted)),
    makeKeyPair,
    sign: (tbs, key) => sign(null, tbs, key),
    ...(reason === undefined ? {} : { unavailable: reason }),
  };
}

function whyNot(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return `Node ${process.versions.node} with OpenSSL ${process.versions.openssl} can't make such a key (${cause}); Node 24.7 can`;
  }
}
