import { createPrivateKey, hash, type KeyObject } from 'node:crypto';
import type { Algorithm, KeyPair } from './algorithms/algorithm.ts';
import { type CertificateTemplate, type Subject, tbsCertificateWriter } from './certificate.ts';
import { bitString, sequence } from './der.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extKeyUsage,
  keyUsage,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts';
import { name } from './name.ts';
import { serialNumbers } from './serial.ts';
import { validity } from './validity.ts';

/** A key with its certificate, both DER. */
export type Credential = { pkcs8: Uint8Array; certificate: Uint8Array };

/** What signs: a name, a key and the key's identifier. */
export type Issuer = { name: Uint8Array; keyId: Uint8Array; pkcs8: Uint8Array };

/** The CAs of a corpus and the broker's own certificate. */
export type Authorities = Record<AuthorityName, Credential>;

export const authorityNames = ['client-ca', 'unknown-ca', 'server'] as const;
export type AuthorityName = (typeof authorityNames)[number];

type PublicKey = Pick<KeyPair, 'spki' | 'publicKey'>;

/** SHA-1 over the public key's bits: method 1 of RFC 5280 4.2.1.2. */
export const keyIdentifier = (publicKey: Uint8Array): Uint8Array => hash('sha1', publicKey, 'buffer');

export const importKey = (pkcs8: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });

/** Certificate (RFC 5280 4.1.1). */
export function certificate(
  tbs: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return sequence(tbs, signatureAlgorithm, bitString(signature));
}

/** Name of an authority: its seed is in it, so that a certificate found somewhere tells where it came from. */
export function authorityName(which: AuthorityName, seed: number): Uint8Array {
  if (which === 'server') return name([['O', 'certstorm'], ['CN', 'localhost']]); // biome-ignore format: one line
  const commonName = which === 'client-ca' ? `certstorm CA ${seed}` : `certstorm unknown CA ${seed}`;
  return name([['O', 'certstorm'], ['OU', 'for tests only'], ['CN', commonName]]); // biome-ignore format: one line
}

/** An authority's certificate with its key left open; `caKeyId` is the identifier of the CA's key where that is another. */
function authorityTemplate(
  which: AuthorityName,
  seed: number,
  algorithm: Algorithm,
  caKeyId: Uint8Array | null,
): CertificateTemplate {
  const ownName = authorityName(which, seed);
  const keyId = (subject: Subject) => subjectKeyIdentifier(subject.keyId);
  const common = { signatureAlgorithm: algorithm.signatureAlgorithm, subject: () => ownName };
  if (caKeyId === null || which !== 'server') {
    return {
      ...common,
      ...validity.authority,
      issuer: null,
      extensions: {
        basicConstraints: basicConstraints({ ca: true }),
        keyUsage: keyUsage(['keyCertSign', 'cRLSign']),
        subjectKeyIdentifier: keyId,
      },
    };
  }
  return {
    ...common,
    ...validity.good,
    issuer: authorityName('client-ca', seed),
    extensions: {
      basicConstraints: basicConstraints({ ca: false }),
      keyUsage: keyUsage(['digitalSignature']),
      extKeyUsage: extKeyUsage(['serverAuth']),
      subjectKeyIdentifier: keyId,
      authorityKeyIdentifier: authorityKeyIdentifier(caKeyId),
      subjectAltName: subjectAltName([{ dns: 'localhost' }, { ip: Uint8Array.of(127, 0, 0, 1) }]),
    },
  };
}

/** The signed part for one key; `ca` is the key that signs it where that is another. */
function authorityTbs(
  which: AuthorityName,
  seed: number,
  algorithm: Algorithm,
  own: PublicKey,
  ca: PublicKey | null,
): Uint8Array {
  const template = authorityTemplate(which, seed, algorithm, ca && keyIdentifier(ca.publicKey));
  return tbsCertificateWriter(template)({
    clientId: which,
    index: 0,
    serialNumber: serialNumbers(seed, `authority/${which}`, 0, 1),
    spki: own.spki,
    keyId: keyIdentifier(own.publicKey),
  });
}

const noKey: PublicKey = { spki: new Uint8Array(0), publicKey: new Uint8Array(0) };

/** The authorities' certificates apart from their keys: goes into the content address, as `sampleTbs` does for a cohort. */
export const sampleAuthorities = (seed: number, algorithm: Algorithm): Uint8Array[] =>
  authorityNames.map((which) => authorityTbs(which, seed, algorithm, noKey, noKey));

/** Makes the CAs (each its own root) and the server's certificate, issued by the client CA. */
export function makeAuthorities(seed: number, algorithm: Algorithm): Authorities {
  const issue = (which: AuthorityName, ca: KeyPair | null): { pair: KeyPair; credential: Credential } => {
    const pair = algorithm.makeKeyPair();
    const tbs = authorityTbs(which, seed, algorithm, pair, ca);
    const signature = algorithm.sign(tbs, importKey((ca ?? pair).pkcs8));
    return {
      pair,
      credential: {
        pkcs8: pair.pkcs8,
        certificate: certificate(tbs, algorithm.signatureAlgorithm, signature),
      },
    };
  };
  const clientCa = issue('client-ca', null);
  return {
    'client-ca': clientCa.credential,
    'unknown-ca': issue('unknown-ca', null).credential,
    server: issue('server', clientCa.pair).credential,
  };
}
