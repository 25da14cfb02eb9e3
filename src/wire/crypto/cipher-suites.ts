import { WireError } from '../wire-error.ts';
import { type SuiteHash, sha256, sha384 } from './hkdf.ts';

/** A cipher suite of TLS 1.3 (RFC 8446, appendix B.4). */
export type CipherSuite = {
  name: string;
  code: number;
  /** The runtime's name of the AEAD. */
  aead: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  keyLength: 16 | 32;
  hash: SuiteHash;
};

export const cipherSuites: readonly CipherSuite[] = [
  { name: 'TLS_AES_128_GCM_SHA256', code: 0x1301, aead: 'aes-128-gcm', keyLength: 16, hash: sha256 },
  { name: 'TLS_AES_256_GCM_SHA384', code: 0x1302, aead: 'aes-256-gcm', keyLength: 32, hash: sha384 },
  {
    name: 'TLS_CHACHA20_POLY1305_SHA256',
    code: 0x1303,
    aead: 'chacha20-poly1305',
    keyLength: 32,
    hash: sha256,
  },
];

/** @throws WireError UNKNOWN_CIPHER_SUITE */
export function cipherSuiteNamed(name: string): CipherSuite {
  const suite = cipherSuites.find((each) => each.name === name);
  if (suite) return suite;
  throw new WireError(
    'UNKNOWN_CIPHER_SUITE',
    `cipher suite ${name} is not known; use ${cipherSuites.map((each) => each.name).join(', ')}`,
  );
}
