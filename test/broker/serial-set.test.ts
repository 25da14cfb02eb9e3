import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SerialSet } from '../../src/broker/revocation/crl/serial-set.ts';
import { shortestInteger } from '../../src/broker/revocation/peer-certificate.ts';

/** Short ones, so that there are duplicates and neighbours, and ones as long as RFC 5280 allows. */
const serial = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 2 }),
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
);

test('a set of serial numbers has what was added, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(serial), fc.array(serial), (added, others) => {
      const set = SerialSet.withRoom(
        added.length,
        added.reduce((sum, { length }) => sum + length, 0),
      );
      for (const each of added) set.add(each, 0, each.length);
      const expected = new Set(added.map(String));
      expect(set.size).toBe(expected.size);
      const reader = new SerialSet(set.memory);
      for (const each of [...added, ...others]) expect(reader.has(each)).toBe(expected.has(String(each)));
    }),
  );
});

test('one that has what another has not is told from one that has less', () => {
  const of = (...serials: number[][]) => {
    const set = SerialSet.withRoom(serials.length, 20);
    for (const each of serials) set.add(Uint8Array.from(each), 0, each.length);
    return set;
  };
  expect(of([1], [2]).hasMoreThan(of([1]))).toBe(true);
  expect(of([1]).hasMoreThan(of([1], [2]))).toBe(false);
  expect(of().hasMoreThan(of())).toBe(false);
  expect(of([1]).hasMoreThan(of())).toBe(true);
});

test('octets that DER would leave out make no other number', () => {
  const shortest = (...octets: number[]) => [...shortestInteger(Uint8Array.from(octets))];
  expect(shortest(0, 0, 5)).toEqual([5]);
  expect(shortest(0, 0x80)).toEqual([0, 0x80]);
  expect(shortest(0xff, 0x80)).toEqual([0x80]);
  expect(shortest(0xff, 0x7f)).toEqual([0xff, 0x7f]);
  expect(shortest(0)).toEqual([0]);
});
