import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Algorithm } from './algorithms/algorithm.ts';
import type { Credential } from './authority.ts';
import { certificateFields, publicKeyBits, readTlv } from './der-reader.ts';
import type { GivenAuthoritySpec } from './identity.ts';
import { keyIdentifier } from './key-source.ts';
import { PkiError } from './pki-error.ts';
import { algorithmNamed } from './registry.ts';

/** A CA of the user's: what signs in place of a root of the forge's. Its key is in memory alone. */
export type GivenAuthority = Credential & { subject: Uint8Array; keyId: Uint8Array; algorithm: Algorithm };

/** Reads a user's CA, PEM. Throws PkiError `bad-spec` where it is none, or the key is another's or of a kind that the forge can't sign with. */
export function readGivenAuthority({ caFile, keyFile }: GivenAuthoritySpec): GivenAuthority {
  const certificate = read('caFile', caFile, (text) => new X509Certificate(text));
  const key = read('keyFile', keyFile, (text) => createPrivateKey(text));
  if (!certificate.ca)
    throw new PkiError('bad-spec', `signWith.caFile: ${caFile} is no CA's certificate (RFC 5280, 4.2.1.9).`);
  if (!certificate.checkPrivateKey(key))
    throw new PkiError('bad-spec', `signWith.keyFile: ${keyFile} is not the key of ${caFile}.`);
  const der = new Uint8Array(certificate.raw);
  const subject = certificateFields(der)?.subject;
  if (subject === undefined)
    throw new PkiError('bad-spec', `signWith.caFile: ${caFile} has no subject that can be read.`);
  return {
    certificate: der,
    pkcs8: new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })),
    subject,
    keyId: subjectKeyId(der) ?? keyIdentifier(publicKeyBits(der)),
    algorithm: algorithmOf(key, keyFile),
  };
}

function read<Value>(field: string, file: string, parse: (text: Buffer) => Value): Value {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PkiError('bad-spec', `signWith.${field}: ${file} can't be read as PEM (${reason}).`, {
      cause: error,
    });
  }
}

/** By the kind of key or its curve. Of RSA one for all sizes: the signature is made in the same way. */
const signers: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'ecdsa-p256'],
  ['secp384r1', 'ecdsa-p384'],
  ['rsa', 'rsa-2048'],
  ['ed25519', 'ed25519'],
]);

function algorithmOf(key: KeyObject, keyFile: string): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const name = signers.get(type === 'ec' ? (details?.namedCurve ?? '') : (type ?? ''));
  if (name !== undefined) return algorithmNamed(name);
  throw new PkiError(
    'bad-spec',
    `signWith.keyFile: ${keyFile} is a key that the forge can't sign with: expected ECDSA on P-256 or P-384, RSA or Ed25519.`,
  );
}

/** The key identifier that the CA claims (RFC 5280 4.2.1.2), which those that it signs must name; undefined where it claims none. */
function subjectKeyId(certificate: Uint8Array): Uint8Array | undefined {
  // OBJECT IDENTIFIER 2.5.29.14; what follows is the extension's value, for it is never critical.
  const at = Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength).indexOf(
    Buffer.from('0603551d0e', 'hex'),
  );
  const value = at < 0 ? null : readTlv(certificate, at + 5);
  const identifier = value && readTlv(certificate, value.contents, value.end);
  return identifier?.tag === 0x04 ? certificate.subarray(identifier.contents, identifier.end) : undefined;
}
