import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Rest } from '../../src/storm/rest.ts';

function rest(): { rest: Rest; collections: () => number } {
  let collections = 0;
  return { rest: new Rest(() => collections++), collections: () => collections };
}

it('what is young is collected after 64 attempts, when nothing is due for 3 ms, and then not before 64 more', () => {
  const { rest: one, collections } = rest();
  const attempts = (count: number) => {
    for (let k = 0; k < count; k++) one.attemptOver();
  };
  attempts(63);
  one.take(Infinity);
  expect(collections()).toBe(0);
  attempts(1);
  one.take(2.9);
  expect(collections()).toBe(0);
  one.take(3);
  one.take(Infinity);
  expect(collections()).toBe(1);
  attempts(64);
  one.take(10);
  expect(collections()).toBe(2);
});

it('never with somebody due, and at most once for 64 attempts', () => {
  const moment = fc.oneof(
    { weight: 20, arbitrary: fc.constant('attempt' as const) },
    fc.double({ noNaN: true, min: -5, max: 20 }),
  );
  fc.assert(
    fc.property(fc.array(moment, { minLength: 100, maxLength: 400 }), (moments) => {
      const { rest: one, collections } = rest();
      let attempts = 0;
      for (const at of moments) {
        const before = collections();
        if (at === 'attempt') {
          attempts++;
          one.attemptOver();
        } else one.take(at);
        if (at === 'attempt' || at < 3) expect(collections()).toBe(before);
        expect(collections()).toBeLessThanOrEqual(attempts / 64);
      }
    }),
  );
});
