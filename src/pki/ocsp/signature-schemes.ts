import { constants, type KeyObject, sign, verify } from 'node:crypto';
import { context, integer, nullValue, oid, sequence } from '../der.ts';
import { sameBytes } from './der-cursor.ts';

/** A kind of signature that responses are signed with: its AlgorithmIdentifier (RFC 5280 4.1.1.2), and how Node does it. */
export type SignatureScheme = {
  identifier: Uint8Array;
  fits(key: KeyObject): boolean;
  sign(tbs: Uint8Array, key: KeyObject): Uint8Array;
  verify(tbs: Uint8Array, key: KeyObject, signature: Uint8Array): boolean;
};

type Digest = 'sha256' | 'sha384' | 'sha512';
type Padding = { padding?: number; saltLength?: number };

function scheme(
  identifier: Uint8Array,
  digest: Digest | null,
  fits: (key: KeyObject) => boolean,
  padding?: Padding,
): SignatureScheme {
  // A key in an object costs 15 µs more than the same key by itself.
  const keyed = (key: KeyObject) => (padding === undefined ? key : { key, ...padding });
  return {
    identifier,
    fits,
    sign: (tbs, key) => sign(digest, tbs, keyed(key)),
    verify: (tbs, key, signature) => fits(key) && verify(digest, tbs, keyed(key), signature),
  };
}

/** RFC 5758 3.2. A curve is signed with the digest of its strength; what is verified may have any of them. */
const ecdsa = (dotted: string, digest: Digest): SignatureScheme =>
  scheme(sequence(oid(dotted)), digest, (key) => key.asymmetricKeyType === 'ec');

/** RFC 4055 5. */
const rsa = (dotted: string, digest: Digest): SignatureScheme =>
  scheme(sequence(oid(dotted), nullValue()), digest, (key) => key.asymmetricKeyType === 'rsa');

/** RFC 4055 3.1, MGF1 with the same digest and a salt of its length; the digests' parameters are NULL or left out. */
function rsaPss(
  hashOid: string,
  digest: Digest,
  octets: number,
  nulls: readonly Uint8Array[],
): SignatureScheme {
  const hashed = sequence(oid(hashOid), ...nulls);
  const identifier = sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      context(0, hashed),
      context(1, sequence(oid('1.2.840.113549.1.1.8'), hashed)),
      context(2, integer(octets)),
    ),
  );
  const fits = (key: KeyObject): boolean => {
    const { asymmetricKeyType, asymmetricKeyDetails } = key;
    if (asymmetricKeyType === 'rsa') return true;
    const restricted = asymmetricKeyDetails?.hashAlgorithm;
    return asymmetricKeyType === 'rsa-pss' && (restricted === undefined || restricted === digest);
  };
  return scheme(identifier, digest, fits, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: octets });
}

/** RFC 8410 and RFC 9881: the key says all. */
const pure = (dotted: string, type: string): SignatureScheme =>
  scheme(sequence(oid(dotted)), null, ({ asymmetricKeyType }) => asymmetricKeyType === type);

const pssDigests = [
  ['2.16.840.1.101.3.4.2.1', 'sha256', 32],
  ['2.16.840.1.101.3.4.2.2', 'sha384', 48],
  ['2.16.840.1.101.3.4.2.3', 'sha512', 64],
] as const;

const ecdsaBySize = {
  sha256: ecdsa('1.2.840.10045.4.3.2', 'sha256'),
  sha384: ecdsa('1.2.840.10045.4.3.3', 'sha384'),
  sha512: ecdsa('1.2.840.10045.4.3.4', 'sha512'),
} as const;

/** SHA-1 is not among them: such a signature proves nothing any more. */
const schemes: readonly SignatureScheme[] = [
  ecdsaBySize.sha256,
  ecdsaBySize.sha384,
  ecdsaBySize.sha512,
  rsa('1.2.840.113549.1.1.11', 'sha256'),
  rsa('1.2.840.113549.1.1.12', 'sha384'),
  rsa('1.2.840.113549.1.1.13', 'sha512'),
  ...pssDigests.map(([dotted, digest, octets]) => rsaPss(dotted, digest, octets, [nullValue()])),
  ...pssDigests.map(([dotted, digest, octets]) => rsaPss(dotted, digest, octets, [])),
  pure('1.3.101.112', 'ed25519'),
  pure('1.3.101.113', 'ed448'),
  pure('2.16.840.1.101.3.4.3.17', 'ml-dsa-44'),
  pure('2.16.840.1.101.3.4.3.18', 'ml-dsa-65'),
  pure('2.16.840.1.101.3.4.3.19', 'ml-dsa-87'),
];

/** What an AlgorithmIdentifier stands for, or undefined. */
export const schemeOf = (identifier: Uint8Array): SignatureScheme | undefined =>
  schemes.find((each) => sameBytes(each.identifier, identifier));

/** What a private key signs with, or undefined for a kind that is not known. */
export function schemeFor(key: KeyObject): SignatureScheme | undefined {
  if (key.asymmetricKeyType === 'ec') {
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    if (namedCurve === 'secp384r1') return ecdsaBySize.sha384;
    return namedCurve === 'secp521r1' ? ecdsaBySize.sha512 : ecdsaBySize.sha256;
  }
  return schemes.find((each) => each.fits(key));
}
