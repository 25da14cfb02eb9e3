import { z } from 'zod';
import { about } from './about.ts';
import { tlsVersions } from './field-kinds.ts';

export const tlsGroups = ['X25519', 'P-256', 'P-384', 'X25519MLKEM768'] as const;
export const tls13Suites = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
] as const;
export const tls12Suites = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
] as const;
export const signatureAlgorithms = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ed25519',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pkcs1_sha256',
  'mldsa44',
  'mldsa65',
] as const;

/** The least fragment that OpenSSL makes. */
export const leastFragment = 512;

/** What clients offer in the handshake; what they got is counted in the result. */
export function tlsSchema() {
  return z.strictObject({
    versions: tlsVersions().meta(
      about('TLS versions that clients offer.', {
        example: ['1.3'],
        expected: "a list of '1.2' and '1.3', in quotes",
        otherwise: 'both with driver `node`, 1.3 with `wire`',
      }),
    ),
    groups: z
      .array(z.enum(tlsGroups).meta({ noun: 'group' }))
      .min(1)
      .max(tlsGroups.length)
      .optional()
      .meta(
        about('Groups of the key exchange, the preferred first; a key share is sent for that one.', {
          example: ['X25519MLKEM768', 'X25519'],
          otherwise: '`X25519`, `P-256`, `P-384`',
        }),
      ),
    ciphers: z
      .array(z.enum([...tls13Suites, ...tls12Suites]).meta({ noun: 'cipher suite' }))
      .min(1)
      .max(tls13Suites.length + tls12Suites.length)
      .optional()
      .meta(
        about('Cipher suites, the preferred first.', {
          example: ['TLS_AES_128_GCM_SHA256'],
          otherwise: 'those of `tls.connect`',
        }),
      ),
    signatureAlgorithms: z
      .array(z.enum(signatureAlgorithms).meta({ noun: 'signature algorithm' }))
      .min(1)
      .max(signatureAlgorithms.length)
      .optional()
      .meta(
        about('What the broker may sign with.', {
          example: ['ecdsa_secp256r1_sha256'],
          otherwise: 'all that the runtime can verify',
        }),
      ),
    alpn: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(10)
      .optional()
      .meta(about('Application protocols (ALPN).', { example: ['mqtt'], otherwise: 'none' })),
    sni: z
      .string()
      .regex(/^(?:none|[A-Za-z0-9.-]{1,253})$/)
      .optional()
      .meta(
        about(
          "Server name that clients ask for (SNI); `none` asks for none. The broker's certificate is checked all the same.",
          {
            example: 'broker.example',
            expected: 'a host name, or none',
            otherwise: "the name in the broker's certificate",
          },
        ),
      ),
    fragment: z
      .int()
      .min(16)
      .max(16_384)
      .optional()
      .meta(
        about('Bytes of a TLS record at most: small ones cut the handshake into many.', {
          unit: 'bytes',
          example: 64,
          otherwise: '16384',
        }),
      ),
  });
}
