import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseLayer, layOver, valueAt } from '../../src/scenario/layers.ts';
import { printPath } from '../../src/scenario/place.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'hasOwnProperty');
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree')),
  ),
})).tree;
const map = fc.dictionary(key, tree);
const path = fc.array(fc.oneof(key, fc.nat({ max: 2 })), { minLength: 1, maxLength: 4 });
const nowhere = { file: 'x', line: 1, column: 1 };

function base(data: Record<string, unknown>) {
  return baseLayer({ data, problems: [], placeOf: () => nowhere });
}

describe('laying a value over a path', () => {
  it('makes it the value of that path, unless the path leads into a list entry that is not there', () => {
    fc.assert(
      fc.property(map, path, fc.integer(), (data, at, value) => {
        const over = layOver(base(data), at, value, () => nowhere);
        const parent = valueAt(data, at.slice(0, -1));
        const reachable = at.every((_, depth) => {
          const isEntry = Array.isArray(valueAt(data, at.slice(0, depth)));
          return !isEntry || valueAt(data, at.slice(0, depth + 1)) !== undefined;
        });
        if (reachable) expect(valueAt(over.data, at)).toBe(value);
        else if (parent !== undefined) expect(over.data).toEqual(data);
      }),
    );
  });

  it('never changes what lay below, nor any prototype', () => {
    fc.assert(
      fc.property(map, path, fc.integer(), (data, at, value) => {
        const before = structuredClone(data);
        layOver(base(data), at, value, () => nowhere);
        expect(data).toEqual(before);
        expect(Object.keys(Object.prototype)).toEqual([]);
        expect(({} as Record<string, unknown>).a).toBeUndefined();
      }),
    );
  });

  it('leaves other paths alone', () => {
    fc.assert(
      fc.property(map, path, path, (data, at, other) => {
        fc.pre(
          !at.every((part, index) => other[index] === part) &&
            !other.every((part, index) => at[index] === part),
        );
        fc.pre(typeof valueAt(data, at.slice(0, -1)) !== 'string');
        const over = layOver(base(data), at, 1, () => nowhere);
        const shared = at.findIndex((part, index) => other[index] !== part);
        fc.pre(typeof valueAt(data, at.slice(0, shared)) === 'object');
        expect(valueAt(over.data, other)).toEqual(valueAt(data, other));
      }),
    );
  });

  it('answers for the place of the path and of all inside it, and for no other', () => {
    const flag = { file: '--set', line: null, column: null };
    const over = layOver(base({ load: { rate: 1 } }), ['load', 'stages'], [{}], () => flag);
    expect(over.placeOf(['load', 'stages', 0, 'duration'])).toBe(flag);
    expect(over.placeOf(['load', 'rate'])).toBe(nowhere);
    expect(over.placeOf(['load'])).toBe(nowhere);
  });

  it('takes a field out with null', () => {
    expect(layOver(base({ a: { b: 1, c: 2 } }), ['a', 'b'], null, () => nowhere).data).toEqual({
      a: { c: 2 },
    });
  });

  it('opens up a word when a part of its long form is set', () => {
    expect(layOver(base({ expect: 'reject' }), ['expect', 'cause'], 'x', () => nowhere).data).toEqual({
      expect: { outcome: 'reject', cause: 'x' },
    });
  });
});

describe('a path in a message', () => {
  it.each([
    [['cohorts', 2, 'defect'], 'cohorts[2].defect'],
    [['matrix', 'target.revocation', 1], "matrix['target.revocation'][1]"],
    [[], ''],
  ])('%j is printed as %s', (parts, text) => {
    expect(printPath(parts)).toBe(text);
  });
});
