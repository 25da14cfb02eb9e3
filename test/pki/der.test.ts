import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import forge from 'node-forge';
import { expect, test } from 'vitest';
import * as der from '../../src/pki/der.ts';
import { children, readTlv } from '../../src/pki/der-reader.ts';
import { name } from '../../src/pki/name.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const unhex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** What node-forge, which we did not write, makes of the same value. */
const theirs = (value: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1');
const { Class, Type } = forge.asn1;

test('the published examples of X.690 come out byte for byte', () => {
  expect(hex(der.oid('2.100.3'))).toBe('0603813403'); // 8.19.5
  expect(hex(der.boolean(true))).toBe('0101ff'); // 8.2.2 and 11.1
  expect(hex(der.nullValue())).toBe('0500'); // 8.8
  expect(hex(der.context(2, unhex('1a054a6f6e6573')))).toBe('a2071a054a6f6e6573'); // 8.14, Type3
  expect(hex(der.utcTime(new Date('1992-05-21T00:00:00Z')))).toBe(
    `170d${Buffer.from('920521000000Z').toString('hex')}`,
  ); // 11.8.3
});

test('the certificate of RFC 5280 appendix C.1 has these names, key usage and times', () => {
  // From the dump in C.1: issuer's AttributeTypeAndValue order and keyUsage keyCertSign, cRLSign.
  expect(hex(der.namedBits([5, 6]))).toBe('03020106');
  expect(hex(der.utcTime(new Date('2004-04-30T14:25:34Z')))).toBe('170d3034303433303134323533345a');
  expect(hex(der.oid('1.2.840.113549.1.1.5'))).toBe('06092a864886f70d010105');
  expect(hex(der.integer(17))).toBe('020111');
});

test('times are UTCTime through 2049 and GeneralizedTime from 2050 (RFC 5280 4.1.2.5)', () => {
  expect(binary(der.time(new Date('2049-12-31T23:59:59.999Z')))).toBe('\x17\x0d491231235959Z');
  expect(binary(der.time(new Date('2050-01-01T00:00:00Z')))).toBe('\x18\x0f20500101000000Z');
  expect(binary(der.time(new Date('1949-12-31T23:59:59Z')))).toBe('\x18\x0f19491231235959Z');
});

test('named bit lists drop trailing zero bits (X.690 11.2.2)', () => {
  expect(hex(der.namedBits([0]))).toBe('03020780'); // digitalSignature
  expect(hex(der.namedBits([8]))).toBe('0303070080'); // decipherOnly
  expect(hex(der.namedBits([]))).toBe('030100');
});

test('lengths around every change of form are those of node-forge', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000]) {
    const contents = Buffer.alloc(length, 0x5a);
    const expected = theirs(forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(contents)));
    expect(Buffer.compare(der.octetString(contents), expected)).toBe(0);
    expect(hex(der.header(der.tags.octetString, length))).toBe(
      hex(expected.subarray(0, expected.length - length)),
    );
  }
});

test('integers, object identifiers and strings are those of node-forge', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 21 }), (magnitude) => {
      const digits = hex(magnitude).replace(/^(00)+(?=..)/, '');
      const padded = Number.parseInt(digits.slice(0, 2), 16) >= 0x80 ? `00${digits}` : digits;
      const value = forge.asn1.create(Class.UNIVERSAL, Type.INTEGER, false, binary(unhex(padded)));
      expect(hex(der.unsignedInteger(magnitude))).toBe(hex(theirs(value)));
    }),
  );
  fc.assert(
    fc.property(fc.nat(0x7fffffff), (value) => {
      const encoded = der.integer(value);
      expect(BigInt(`0x${hex(encoded.subarray(2))}`)).toBe(BigInt(value));
      expect((encoded[2] ?? 0) & 0x80).toBe(0);
      if (encoded.length > 3 && encoded[2] === 0) expect((encoded[3] ?? 0) & 0x80).toBe(0x80);
    }),
  );
  const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(0x7fffffff), { minLength: 1, maxLength: 8 }));
  fc.assert(
    fc.property(arcs, ([first, second, rest]) => {
      const dotted = [first, second, ...rest].join('.');
      expect(hex(der.oid(dotted).subarray(2))).toBe(forge.asn1.oidToDer(dotted).toHex());
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const value = forge.asn1.create(Class.UNIVERSAL, Type.UTF8, false, forge.util.encodeUtf8(text));
      expect(hex(der.utf8String(text))).toBe(hex(theirs(value)));
    }),
  );
});

type Tree = { bytes: Uint8Array } | { children: Tree[] };
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.record({ bytes: fc.uint8Array({ maxLength: 200 }) }),
    fc.record({ children: fc.array(tie('tree'), { maxLength: 5 }) }),
  ),
})).tree;

const ours = (tree: Tree): Uint8Array =>
  'bytes' in tree ? der.octetString(tree.bytes) : der.sequence(...tree.children.map(ours));
const forged = (tree: Tree): forge.asn1.Asn1 =>
  'bytes' in tree
    ? forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(tree.bytes))
    : forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, tree.children.map(forged));

test('any nesting is the same as that of node-forge, and the reader takes it apart again', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const bytes = ours(tree);
      expect(hex(bytes)).toBe(hex(theirs(forged(tree))));
      const outer = readTlv(bytes, 0);
      expect(outer).toMatchObject({ tag: bytes[0], start: 0, end: bytes.length });
      if (outer && 'children' in tree) {
        const parts = children(bytes, outer).map(({ start, end }) => hex(bytes.subarray(start, end)));
        expect(parts).toEqual(tree.children.map((child) => hex(ours(child))));
      }
    }),
  );
});

test('the reader finds no value in what was cut short, and never reads past the end', () => {
  fc.assert(
    fc.property(trees, fc.nat(), (tree, cut) => {
      const bytes = ours(tree);
      expect(readTlv(bytes.subarray(0, cut % bytes.length), 0)).toBeNull();
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, at) => {
      const found = readTlv(bytes, at);
      if (found) expect(found.end).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

test('openssl asn1parse reads what we write', () => {
  const bytes = der.sequence(
    der.integer(1_000_000),
    der.oid('2.5.29.37'),
    name([
      ['O', 'certstorm'],
      ['CN', 'gerät-1'],
    ]),
    der.time(new Date('2049-12-31T23:59:59Z')),
    der.context(3, der.boolean(true)),
    der.octetString(Buffer.alloc(300)),
  );
  const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: bytes, encoding: 'utf8' });
  expect(text).toMatch(/INTEGER\s+:0F4240/);
  expect(text).toMatch(/OBJECT\s+:X509v3 Extended Key Usage/);
  expect(text).toMatch(/UTF8STRING\s+:certstorm/);
  expect(text).toMatch(/UTCTIME\s+:491231235959Z/);
  expect(text).toMatch(/cont \[ 3 \]/);
  expect(text).toMatch(/hl=4 l= 300 prim: OCTET STRING/);
});
