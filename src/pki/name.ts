import { ia5String, oid, printableString, sequence, setOf, utf8String } from './der.ts';
import { PkiError } from './pki-error.ts';

/** Attribute types by the names that OpenSSL gives them; C and serialNumber are PrintableStrings, DC and mail addresses IA5Strings. */
const attributeTypes = {
  CN: { oid: oid('2.5.4.3'), encode: utf8String },
  SN: { oid: oid('2.5.4.4'), encode: utf8String },
  serialNumber: { oid: oid('2.5.4.5'), encode: printableString },
  C: { oid: oid('2.5.4.6'), encode: printableString },
  L: { oid: oid('2.5.4.7'), encode: utf8String },
  ST: { oid: oid('2.5.4.8'), encode: utf8String },
  street: { oid: oid('2.5.4.9'), encode: utf8String },
  O: { oid: oid('2.5.4.10'), encode: utf8String },
  OU: { oid: oid('2.5.4.11'), encode: utf8String },
  title: { oid: oid('2.5.4.12'), encode: utf8String },
  GN: { oid: oid('2.5.4.42'), encode: utf8String },
  UID: { oid: oid('0.9.2342.19200300.100.1.1'), encode: utf8String },
  DC: { oid: oid('0.9.2342.19200300.100.1.25'), encode: ia5String },
  emailAddress: { oid: oid('1.2.840.113549.1.9.1'), encode: ia5String },
} as const;

export type AttributeType = keyof typeof attributeTypes;

export const attributeTypeNames = Object.keys(attributeTypes) as AttributeType[];

export const isAttributeType = (word: string): word is AttributeType => Object.hasOwn(attributeTypes, word);

const hex = (der: Uint8Array): string => Buffer.from(der).toString('hex');
const typesByOid = new Map(attributeTypeNames.map((type) => [hex(attributeTypes[type].oid), type]));

/** The name of an attribute type by its OBJECT IDENTIFIER, DER; undefined for one that has none here. */
export const attributeTypeOf = (oidDer: Uint8Array): AttributeType | undefined => typesByOid.get(hex(oidDer));

/** Name (RFC 5280 4.1.2.4): one attribute an RDN, in the order given. */
export function name(attributes: readonly (readonly [AttributeType, string])[]): Uint8Array {
  return sequence(
    ...attributes.map(([type, value]) => {
      const { oid: typeOid, encode } = attributeTypes[type];
      return setOf(sequence(typeOid, encode(value)));
    }),
  );
}

/**
 * `O=certstorm, CN=a` as attributes; a backslash takes the special meaning from a comma, a plus, an equals sign or a backslash. Throws
 * PkiError `bad-spec`.
 */
export function readAttributes(text: string, place: string): (readonly [AttributeType, string])[] {
  const parts = text.match(/(?:\\.|[^,\\])+/gs) ?? [];
  return parts.map((part) => {
    const [, type = '', value = ''] = /^\s*([A-Za-z]+)\s*=(.*)$/s.exec(part) ?? [];
    if (!isAttributeType(type))
      throw new PkiError(
        'bad-spec',
        `${place}: "${part.trim()}" is no attribute such as CN=device; the types are ${attributeTypeNames.join(', ')}.`,
      );
    return [type, value.trim().replaceAll(/\\(.)/gs, '$1')] as const;
  });
}

export const readName = (text: string, place: string): Uint8Array => name(readAttributes(text, place));
