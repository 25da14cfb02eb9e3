import { oid, sequence, setOf, utf8String } from './der.ts';

const attributeTypes = {
  CN: oid('2.5.4.3'),
  O: oid('2.5.4.10'),
  OU: oid('2.5.4.11'),
} as const;

export type AttributeType = keyof typeof attributeTypes;

/** Name (RFC 5280 4.1.2.4): one attribute an RDN, UTF8String, in the order given. */
export function name(attributes: readonly (readonly [AttributeType, string])[]): Uint8Array {
  return sequence(
    ...attributes.map(([type, value]) => setOf(sequence(attributeTypes[type], utf8String(value)))),
  );
}
