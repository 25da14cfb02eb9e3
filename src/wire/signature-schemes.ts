import { constants, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { Violation } from './alerts.ts';
import { WireError } from './wire-error.ts';

/** A signature scheme (RFC 8446, section 4.2.3). */
export type SignatureScheme = {
  name: string;
  code: number;
  /** Whether a CertificateVerify may use it with this key; RSASSA-PKCS1-v1_5 is for certificates alone. */
  fits(key: KeyObject): boolean;
  digest: 'sha256' | 'sha384' | 'sha512' | 'sha1' | null;
  padding?: { padding: number; saltLength: number };
};

function ecdsa(
  name: string,
  code: number,
  curve: string,
  digest: 'sha256' | 'sha384' | 'sha512',
): SignatureScheme {
  return {
    name,
    code,
    digest,
    fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve,
  };
}

function pss(
  name: string,
  code: number,
  type: 'rsa' | 'rsa-pss',
  digest: 'sha256' | 'sha384' | 'sha512',
): SignatureScheme {
  const saltLength = digest === 'sha256' ? 32 : digest === 'sha384' ? 48 : 64;
  return {
    name,
    code,
    digest,
    padding: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
    fits: (key) => {
      if (key.asymmetricKeyType !== type) return false;
      const details = key.asymmetricKeyDetails;
      // emLen >= hLen + sLen + 2 (RFC 8017, section 9.1.1): a short key cannot sign with a long hash.
      if ((details?.modulusLength ?? 0) < (2 * saltLength + 2) * 8) return false;
      if (type === 'rsa' || details?.hashAlgorithm === undefined) return true;
      return details.hashAlgorithm === digest && (details.saltLength ?? 0) <= saltLength;
    },
  };
}

function pure(name: string, code: number, type: string): SignatureScheme {
  return { name, code, digest: null, fits: (key) => (key.asymmetricKeyType as string) === type };
}

function pkcs1(name: string, code: number): SignatureScheme {
  return { name, code, digest: null, fits: () => false };
}

function runtimeHas(type: string): boolean {
  try {
    generateKeyPairSync(type as 'ed25519');
    return true;
  } catch {
    // Types that this runtime's OpenSSL does not know are not offered.
    return false;
  }
}

/** In the order in which they are offered to servers and chosen for a client's key. */
export const signatureSchemes: readonly SignatureScheme[] = [
  ecdsa('ecdsa_secp256r1_sha256', 0x0403, 'prime256v1', 'sha256'),
  ecdsa('ecdsa_secp384r1_sha384', 0x0503, 'secp384r1', 'sha384'),
  ecdsa('ecdsa_secp521r1_sha512', 0x0603, 'secp521r1', 'sha512'),
  pure('ed25519', 0x0807, 'ed25519'),
  pure('ed448', 0x0808, 'ed448'),
  pss('rsa_pss_rsae_sha256', 0x0804, 'rsa', 'sha256'),
  pss('rsa_pss_rsae_sha384', 0x0805, 'rsa', 'sha384'),
  pss('rsa_pss_rsae_sha512', 0x0806, 'rsa', 'sha512'),
  pss('rsa_pss_pss_sha256', 0x0809, 'rsa-pss', 'sha256'),
  pss('rsa_pss_pss_sha384', 0x080a, 'rsa-pss', 'sha384'),
  pss('rsa_pss_pss_sha512', 0x080b, 'rsa-pss', 'sha512'),
  // draft-ietf-tls-mldsa
  ...(runtimeHas('ml-dsa-44') ? [pure('mldsa44', 0x0904, 'ml-dsa-44')] : []),
  ...(runtimeHas('ml-dsa-65') ? [pure('mldsa65', 0x0905, 'ml-dsa-65')] : []),
  ...(runtimeHas('ml-dsa-87') ? [pure('mldsa87', 0x0906, 'ml-dsa-87')] : []),
  pkcs1('rsa_pkcs1_sha256', 0x0401),
  pkcs1('rsa_pkcs1_sha384', 0x0501),
  pkcs1('rsa_pkcs1_sha512', 0x0601),
];

const byCode = new Map(signatureSchemes.map((scheme) => [scheme.code, scheme]));

/** @throws WireError UNKNOWN_SIGNATURE_SCHEME */
export function signatureSchemeNamed(name: string): SignatureScheme {
  const scheme = signatureSchemes.find((each) => each.name === name);
  if (scheme) return scheme;
  throw new WireError(
    'UNKNOWN_SIGNATURE_SCHEME',
    `signature scheme ${name} is not known to this runtime; use ${signatureSchemes.map((each) => each.name).join(', ')}`,
  );
}

/** What `key` can sign a CertificateVerify with, best first. */
export function schemesFor(key: KeyObject): SignatureScheme[] {
  return signatureSchemes.filter((scheme) => scheme.fits(key));
}

export function signWith(scheme: SignatureScheme, key: KeyObject, content: Uint8Array): Uint8Array {
  return sign(scheme.digest, content, scheme.padding ? { key, ...scheme.padding } : key);
}

const context: Record<'server' | 'client', Uint8Array> = {
  server: contextBytes('TLS 1.3, server CertificateVerify'),
  client: contextBytes('TLS 1.3, client CertificateVerify'),
};

function contextBytes(text: string): Uint8Array {
  return Buffer.concat([Buffer.alloc(64, 0x20), Buffer.from(text, 'latin1'), Buffer.from([0])]);
}

/** What a CertificateVerify signs (RFC 8446, section 4.4.3). */
export function signedContent(side: 'server' | 'client', transcriptHash: Uint8Array): Uint8Array {
  const head = context[side];
  const content = Buffer.allocUnsafe(head.length + transcriptHash.length);
  content.set(head);
  content.set(transcriptHash, head.length);
  return content;
}

/** A server's key with the codes of the schemes that fit it, found once: asking a KeyObject for its details costs. */
export type ServerKey = { key: KeyObject; fitting: ReadonlySet<number> };

export function serverKeyOf(key: KeyObject): ServerKey {
  return { key, fitting: new Set(schemesFor(key).map((scheme) => scheme.code)) };
}

/**
 * The server's CertificateVerify against its key. `serverKey` null: the caller does not verify the server, only that the scheme was offered.
 * @throws Violation illegal_parameter, decrypt_error
 */
export function checkServerSignature(
  offered: ReadonlySet<number>,
  code: number,
  serverKey: ServerKey | null,
  transcriptHash: () => Uint8Array,
  signature: Uint8Array,
): void {
  const scheme = byCode.get(code);
  if (scheme === undefined || !offered.has(code))
    throw new Violation(
      'illegal_parameter',
      `CertificateVerify: scheme 0x${code.toString(16)} was not offered`,
    );
  if (scheme.name.startsWith('rsa_pkcs1'))
    throw new Violation('illegal_parameter', `CertificateVerify: ${scheme.name} is for certificates only`);
  if (serverKey === null) return;
  if (!serverKey.fitting.has(code))
    throw new Violation(
      'illegal_parameter',
      `CertificateVerify: ${scheme.name} does not fit the certificate's key`,
    );
  const { key } = serverKey;
  const content = signedContent('server', transcriptHash());
  if (!verify(scheme.digest, content, scheme.padding ? { key, ...scheme.padding } : key, signature))
    throw new Violation('decrypt_error', 'CertificateVerify: the signature is wrong');
}
