import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Corpus } from '../pki/identity.ts';
import type { CorpusFigures } from './assemble.ts';

/** DER of the chain in a handshake: the broker's, and a client's on average. Cohorts are in the order of the corpus, under these names. */
export function certificateBytes(
  { cohorts, serverCertFile }: Corpus,
  names: readonly string[],
): NonNullable<CorpusFigures['certificateBytes']> {
  const bytes = (chain: readonly Uint8Array[]): number => chain.reduce((sum, { length }) => sum + length, 0);
  const mean = (chains: readonly (readonly Uint8Array[])[]): number =>
    chains.length === 0 ? 0 : chains.reduce((sum, chain) => sum + bytes(chain), 0) / chains.length;
  return {
    // With certificates of the user's own nobody here has made the broker's.
    ...(serverCertFile !== '' && { server: bytes(readChain(serverCertFile)) }),
    cohorts: Object.fromEntries(
      names.map((name, index) => [
        name,
        mean((cohorts[index]?.identities ?? []).slice(0, sampled).map(({ chain }) => chain)),
      ]),
    ),
  };
}

/** Certificates of a cohort differ by a few bytes of their signatures: so many are enough for a mean. */
const sampled = 1_000;

function readChain(file: string): Buffer[] {
  const pems = readFileSync(file, 'utf8').match(certificates) ?? [];
  return pems.map((pem) => new X509Certificate(pem).raw);
}

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
