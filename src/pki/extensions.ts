import { boolean, context, contextPrimitive, integer, namedBits, octetString, oid, sequence } from './der.ts';

/** Extension (RFC 5280 4.1): `critical` is left out where it has its default, FALSE (X.690 11.5). */
export function extension(dotted: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical
    ? sequence(oid(dotted), boolean(true), octetString(value))
    : sequence(oid(dotted), octetString(value));
}

/** RFC 5280 4.2.1.9. For an end entity the sequence is empty: cA FALSE is the default. */
export function basicConstraints(options: { ca: boolean; pathLength?: number }): Uint8Array {
  const fields = options.ca ? [boolean(true)] : [];
  if (options.pathLength !== undefined) fields.push(integer(options.pathLength));
  return extension('2.5.29.19', true, sequence(...fields));
}

const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

/** RFC 5280 4.2.1.3. */
export function keyUsage(usages: readonly (keyof typeof keyUsageBits)[]): Uint8Array {
  return extension('2.5.29.15', true, namedBits(usages.map((usage) => keyUsageBits[usage])));
}

const purposes = {
  serverAuth: oid('1.3.6.1.5.5.7.3.1'),
  clientAuth: oid('1.3.6.1.5.5.7.3.2'),
} as const;

/** RFC 5280 4.2.1.12. */
export function extKeyUsage(usages: readonly (keyof typeof purposes)[]): Uint8Array {
  return extension('2.5.29.37', false, sequence(...usages.map((usage) => purposes[usage])));
}

const subjectKeyIdentifierOid = oid('2.5.29.14');

/** RFC 5280 4.2.1.2; `keyId` is SHA-1 over the public key's bits, method 1 there. */
export function subjectKeyIdentifier(keyId: Uint8Array): Uint8Array {
  return sequence(subjectKeyIdentifierOid, octetString(octetString(keyId)));
}

/** RFC 5280 4.2.1.1, the key identifier alone. */
export function authorityKeyIdentifier(keyId: Uint8Array): Uint8Array {
  return extension('2.5.29.35', false, sequence(contextPrimitive(0, keyId)));
}

export type GeneralName = { dns: string } | { uri: string } | { ip: Uint8Array };

/** GeneralName (RFC 5280 4.2.1.6); DNS names and URIs are IA5Strings. */
function generalName(general: GeneralName): Uint8Array {
  if ('dns' in general) return contextPrimitive(2, Buffer.from(general.dns, 'latin1'));
  if ('uri' in general) return contextPrimitive(6, Buffer.from(general.uri, 'latin1'));
  return contextPrimitive(7, general.ip);
}

const subjectAltNameOid = oid('2.5.29.17');

/** RFC 5280 4.2.1.6. */
export function subjectAltName(names: readonly GeneralName[]): Uint8Array {
  return sequence(subjectAltNameOid, octetString(sequence(...names.map(generalName))));
}

/** CRL extension, RFC 5280 5.2.3. */
export function crlNumber(number: number): Uint8Array {
  return extension('2.5.29.20', false, integer(number));
}

/** `[3] EXPLICIT` extensions of a certificate (RFC 5280 4.1.2.9), or `[0] EXPLICIT` ones of a CRL (5.1.2.7). */
export function extensions(tag: number, encoded: readonly Uint8Array[]): Uint8Array {
  return context(tag, sequence(...encoded));
}
