import type { KeyPair } from './algorithms/algorithm.ts';
import { type CertificateTemplate, tbsCertificateWriter } from './certificate.ts';
import { bitString, sequence } from './der.ts';
import { publicKeyBits, publicKeyInfo } from './der-reader.ts';
import { authorityKeyIdentifier, basicConstraints, keyUsage, subjectKeyIdentifier } from './extensions.ts';
import type { AuthorityPlan } from './hierarchy.ts';
import { importKey, type KeyPolicy, keyFor, keyIdentifier, signatureOf } from './key-source.ts';
import { serialNumbers } from './serial.ts';
import { validity } from './validity.ts';

/** A key with its certificate, both DER. */
export type Credential = { pkcs8: Uint8Array; certificate: Uint8Array };

/** What signs: a name, a key and the key's identifier, and what goes along with a certificate that it signed. Can be sent to a thread. */
export type Issuer = {
  /** Name, DER. */
  name: Uint8Array;
  keyId: Uint8Array;
  pkcs8: Uint8Array;
  algorithm: string;
  /** The chain behind the leaf. */
  chain: Uint8Array[];
};

/** Authorities that have been made, by name. */
export type Authorities = ReadonlyMap<string, Credential & { plan: AuthorityPlan }>;

type PublicKey = Pick<KeyPair, 'spki' | 'publicKey'>;

/** Certificate (RFC 5280 4.1.1). */
export function certificate(
  tbs: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return sequence(tbs, signatureAlgorithm, bitString(signature));
}

type Signing = { name: Uint8Array; keyId: Uint8Array; signatureAlgorithm: Uint8Array };

/** The signed part for one key; `signedBy` is null where it signs itself. */
function authorityTbs(
  plan: AuthorityPlan,
  seed: number,
  own: PublicKey,
  signedBy: Signing | null,
): Uint8Array {
  const template: CertificateTemplate = {
    signatureAlgorithm: signedBy?.signatureAlgorithm ?? plan.algorithm.signatureAlgorithm,
    subject: () => plan.subject,
    issuer: signedBy?.name ?? null,
    ...validity.authority,
    extensions: {
      basicConstraints: basicConstraints({ ca: true }),
      keyUsage: keyUsage(['keyCertSign', 'cRLSign']),
      subjectKeyIdentifier: ({ keyId }) => subjectKeyIdentifier(keyId),
      ...(signedBy && { authorityKeyIdentifier: authorityKeyIdentifier(signedBy.keyId) }),
    },
  };
  return tbsCertificateWriter(plan.shape(template))({
    clientId: plan.name,
    index: 0,
    serialNumber: serialNumbers(seed, `authority/${plan.name}`, 0, 1),
    spki: own.spki,
    keyId: keyIdentifier(own.publicKey),
  });
}

const noKey: PublicKey = { spki: new Uint8Array(0), publicKey: new Uint8Array(0) };

/** An authority's certificate apart from its keys: goes into the content address, as `sampleTbs` does for a cohort. */
export const sampleAuthority = (plan: AuthorityPlan, seed: number): Uint8Array =>
  authorityTbs(plan, seed, noKey, null);

/** Makes one authority; those that sign it, or whose key it shares, are among `made`. */
export function makeAuthority(
  plan: AuthorityPlan,
  seed: number,
  policy: KeyPolicy,
  made: Authorities,
): Credential {
  const { algorithm } = plan;
  const shared = plan.keyOf === undefined ? undefined : madeNamed(made, plan.keyOf);
  const pair = shared ? pairOf(shared) : keyFor(algorithm, policy, `authority/${plan.name}`, 0);
  const parent = plan.signedBy === null ? null : madeNamed(made, plan.signedBy);
  const signing = parent && {
    name: parent.plan.subject,
    keyId: keyIdOf(parent),
    signatureAlgorithm: parent.plan.algorithm.signatureAlgorithm,
  };
  const tbs = authorityTbs(plan, seed, pair, signing);
  const by = parent?.plan.algorithm ?? algorithm;
  const signature = signatureOf(by, policy.fixedSeed !== undefined, tbs, importKey((parent ?? pair).pkcs8));
  return { pkcs8: pair.pkcs8, certificate: certificate(tbs, by.signatureAlgorithm, signature) };
}

function pairOf({ pkcs8, certificate: der }: Credential): KeyPair {
  return { pkcs8, spki: publicKeyInfo(der), publicKey: publicKeyBits(der) };
}

/** The identifier that certificates of an authority name (RFC 5280 4.2.1.1): the one that it claims. */
function keyIdOf({ plan, certificate: der }: Credential & { plan: AuthorityPlan }): Uint8Array {
  return plan.given?.keyId ?? keyIdentifier(publicKeyBits(der));
}

export function madeNamed(made: Authorities, wanted: string): Credential & { plan: AuthorityPlan } {
  const found = made.get(wanted);
  if (!found) throw new Error(`authority ${wanted} has not been made`);
  return found;
}

/** What a maker needs of an authority in order to issue by it. */
export function issuerNamed(made: Authorities, wanted: string, alsoSent: readonly string[] = []): Issuer {
  const { plan, pkcs8 } = madeNamed(made, wanted);
  const keyHolder = madeNamed(made, plan.borrowedKeyId ?? wanted);
  return {
    name: plan.subject,
    keyId: keyIdOf(keyHolder),
    pkcs8,
    algorithm: plan.algorithm.name,
    chain: [...plan.sends, ...alsoSent].map((sent) => madeNamed(made, sent).certificate),
  };
}
