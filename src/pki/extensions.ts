import { boolean, context, contextPrimitive, integer, namedBits, octetString, oid, sequence } from './der.ts';
import { type GeneralName, generalName } from './general-name.ts';

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

/** The bits of KeyUsage by name (RFC 5280 4.2.1.3). */
export const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

export type KeyUsage = keyof typeof keyUsageBits;

/** RFC 5280 4.2.1.3. */
export function keyUsage(usages: readonly KeyUsage[]): Uint8Array {
  return extension('2.5.29.15', true, namedBits(usages.map((usage) => keyUsageBits[usage])));
}

/** Purposes by name (RFC 5280 4.2.1.12); any other goes by its object identifier. */
export const purposes: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
};

/** RFC 5280 4.2.1.12: names of `purposes`, or dotted object identifiers. */
export function extKeyUsage(usages: readonly string[]): Uint8Array {
  return extension('2.5.29.37', false, sequence(...usages.map((usage) => oid(purposes[usage] ?? usage))));
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

const subjectAltNameOid = oid('2.5.29.17');

/** RFC 5280 4.2.1.6. */
export function subjectAltName(names: readonly GeneralName[]): Uint8Array {
  return sequence(subjectAltNameOid, octetString(sequence(...names.map(generalName))));
}

/** RFC 5280 4.2.1.4, policies without qualifiers, by their object identifiers. */
export function certificatePolicies(policies: readonly string[]): Uint8Array {
  return extension('2.5.29.32', false, sequence(...policies.map((policy) => sequence(oid(policy)))));
}

/** RFC 5280 4.2.1.10; critical, as it must be. Minimum has its default, 0. */
export function nameConstraints(subtrees: {
  permitted: readonly GeneralName[];
  excluded: readonly GeneralName[];
}): Uint8Array {
  const listed = (number: number, names: readonly GeneralName[]) =>
    names.length === 0 ? [] : [context(number, ...names.map((name) => sequence(generalName(name))))];
  return extension(
    '2.5.29.30',
    true,
    sequence(...listed(0, subtrees.permitted), ...listed(1, subtrees.excluded)),
  );
}

/** DistributionPointName with a full name (RFC 5280 4.2.1.13). */
const fullName = (uri: string): Uint8Array => context(0, context(0, generalName({ uri })));

/** DistributionPoint (RFC 5280 4.2.1.13): where a CRL is, and who issues it where that is not the certificate's issuer. */
function distributionPoint(uri: string, crlIssuer: Uint8Array | undefined): Uint8Array {
  const issuer = crlIssuer === undefined ? [] : [context(2, generalName({ directory: crlIssuer }))];
  return sequence(fullName(uri), ...issuer);
}

/** RFC 5280 4.2.1.13; `crlIssuer` is a Name. */
export function crlDistributionPoints(uris: readonly string[], crlIssuer?: Uint8Array): Uint8Array {
  return extension('2.5.29.31', false, sequence(...uris.map((uri) => distributionPoint(uri, crlIssuer))));
}

/** Where the delta CRL of a base CRL is: RFC 5280 5.2.6. */
export function freshestCrl(uri: string): Uint8Array {
  return extension('2.5.29.46', false, sequence(distributionPoint(uri, undefined)));
}

/** RFC 5280 4.2.2.1. */
export function authorityInfoAccess(access: { ocsp?: string; caIssuers?: string }): Uint8Array {
  const description = (method: string, uri: string | undefined) =>
    uri === undefined ? [] : [sequence(oid(method), generalName({ uri }))];
  return extension(
    '1.3.6.1.5.5.7.1.1',
    false,
    sequence(
      ...description('1.3.6.1.5.5.7.48.1', access.ocsp),
      ...description('1.3.6.1.5.5.7.48.2', access.caIssuers),
    ),
  );
}

/** TLS feature status_request (RFC 7633): the holder must staple an OCSP answer. */
export function mustStaple(): Uint8Array {
  return extension('1.3.6.1.5.5.7.1.24', false, sequence(integer(5)));
}

/** Octets that mean nothing, under an arc for examples (2.999, ITU-T X.660 A.8): what makes a certificate large. */
export function padding(octets: number): Uint8Array {
  return extension('2.999.1', false, octetString(Buffer.alloc(octets)));
}

/** CRL extension, RFC 5280 5.2.3. */
export function crlNumber(number: number): Uint8Array {
  return extension('2.5.29.20', false, integer(number));
}

/** CRL extension, RFC 5280 5.2.4: the number of the base CRL that a delta CRL changes. */
export function deltaCrlIndicator(baseNumber: number): Uint8Array {
  return extension('2.5.29.27', true, integer(baseNumber));
}

/** CRL extension, RFC 5280 5.2.5: a CRL for the certificates that name this distribution point, or for those of CAs. */
export function issuingDistributionPoint(
  scope: { uri: string; indirect: boolean } | 'ca-certificates',
): Uint8Array {
  const yes = Uint8Array.of(0xff);
  if (scope === 'ca-certificates') return extension('2.5.29.28', true, sequence(contextPrimitive(2, yes)));
  const indirect = scope.indirect ? [contextPrimitive(4, yes)] : [];
  return extension('2.5.29.28', true, sequence(fullName(scope.uri), ...indirect));
}

/** CRL entry extension, RFC 5280 5.3.3; critical, as it must be. `issuer` is a Name. */
export function certificateIssuer(issuer: Uint8Array): Uint8Array {
  return extension('2.5.29.29', true, sequence(generalName({ directory: issuer })));
}

/** CRL entry extension, RFC 5280 5.3.1. */
export function reasonCode(code: number): Uint8Array {
  return extension('2.5.29.21', false, Uint8Array.of(0x0a, 1, code));
}

/** `[3] EXPLICIT` extensions of a certificate (RFC 5280 4.1.2.9), or `[0] EXPLICIT` ones of a CRL (5.1.2.7). */
export function extensions(tag: number, encoded: readonly Uint8Array[]): Uint8Array {
  return context(tag, sequence(...encoded));
}
