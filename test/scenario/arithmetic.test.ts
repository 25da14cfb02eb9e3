import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, guessDuration, parseDuration } from '../../src/scenario/duration.ts';
import { shareIdentities } from '../../src/scenario/identities.ts';
import { nearestWord } from '../../src/scenario/nearest.ts';
import { shareOut } from '../../src/scenario/share.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['1.001s', 1001],
    ['5m', 300_000],
    ['0.5h', 1_800_000],
    ['1h', 3_600_000],
    ['0ms', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '10',
    '10 s',
    's',
    '-1s',
    '1.5ms',
    '1e3s',
    '1m30s',
    '10S',
    '.5s',
    '1.s',
    '1.0005s',
    ' 1s',
    '1s\n',
    '1d',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('whole milliseconds survive being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * 24 * 3_600_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it('every duration is whole milliseconds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 0, max: 999 }),
        fc.constantFrom('s', 'm', 'h'),
        (whole, part, unit) => {
          expect(
            Number.isSafeInteger(parseDuration(`${whole}.${String(part).padStart(3, '0')}${unit}`)),
          ).toBe(true);
        },
      ),
    );
  });

  it.each([
    [10, '10s'],
    [0.5, '0.5s'],
    ['1m30s', '90s'],
    ['10 sec', '10s'],
    ['10 S', '10s'],
    ['2 minutes', '2m'],
    ['500', '500s'],
    ['500 milliseconds', '500ms'],
    ['soon', undefined],
    ['5 lightyears', undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [true, undefined],
  ])('%j was probably meant as %j', (value, guess) => {
    expect(guessDuration(value)).toBe(guess);
  });

  it('a guess is always a duration', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^\d{1,4} ?[a-z]{0,3}$/)), (value) => {
        const guess = guessDuration(value);
        expect(guess === undefined || parseDuration(guess) !== undefined).toBe(true);
      }),
    );
  });
});

describe('sharing out', () => {
  const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })), {
    minLength: 1,
    maxLength: 60,
  });

  it('the shares make up the total, are whole, and none is below 1', () => {
    fc.assert(
      fc.property(weights, fc.nat({ max: 1e6 }), (shares, more) => {
        const total = shares.length + more;
        const out = shareOut(total, shares);
        expect(out.reduce((sum, share) => sum + share, 0)).toBe(total);
        expect(out.every((share) => Number.isInteger(share) && share >= 1)).toBe(true);
      }),
    );
  });

  it('a share is within 1 of what its weight asks for, unless somebody would go empty', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), (shares) => {
        const sum = shares.reduce((before, weight) => before + weight, 0);
        const total = sum * 3 + 1;
        for (const [index, share] of shareOut(total, shares).entries()) {
          expect(Math.abs(share - (total * (shares[index] ?? 0)) / sum)).toBeLessThan(1);
        }
      }),
    );
  });

  it('a heavier weight never gets less, as long as nobody would go empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 1000 }),
        (shares, more) => {
          const out = shareOut(shares.reduce((sum, weight) => sum + weight, 0) + more, shares);
          const byWeight = out
            .map((share, index) => ({ share, weight: shares[index] ?? 0 }))
            .sort((one, other) => one.weight - other.weight);
          for (const [index, { share, weight }] of byWeight.entries()) {
            const next = byWeight[index + 1];
            expect(next === undefined || next.weight === weight || next.share >= share).toBe(true);
          }
        },
      ),
    );
  });

  it('cohorts that name a number keep it, and the rest goes to the others', () => {
    const wish = { certificate: true, revoked: false, weight: 1, identities: undefined };
    expect(
      shareIdentities(100, [
        { ...wish, identities: 10 },
        { ...wish, weight: 2 },
        { ...wish, revoked: true },
        { ...wish, certificate: false, weight: 50 },
      ]),
    ).toEqual({ perCohort: [10, 60, 30, 0], total: 100, revoked: 30 });
  });

  it('the total is the sum where all cohorts name their number', () => {
    const wish = { certificate: true, revoked: false, weight: 1 };
    expect(
      shareIdentities(undefined, [
        { ...wish, identities: 3 },
        { ...wish, identities: 4 },
      ]),
    ).toEqual({
      perCohort: [3, 4],
      total: 7,
      revoked: 0,
    });
  });
});

describe('the nearest known word', () => {
  const known = ['none', 'expired', 'not-yet-valid', 'revoked', 'crl-native', 'ecdsa-p256'];

  it.each([
    ['expird', 'expired'],
    ['exipred', 'expired'],
    ['Revoked', 'revoked'],
    ['not_yet_valid', 'not-yet-valid'],
    ['crlnative', 'crl-native'],
    ['ecdsa', 'ecdsa-p256'],
    ['xyz', undefined],
    ['', undefined],
  ])('of %j is %j', (word, nearest) => {
    expect(nearestWord(word, known)).toBe(nearest);
  });

  it('is found for any known word with one letter lost', () => {
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.nat({ max: 20 }), (word, at) => {
        const cut = word.slice(0, at % word.length) + word.slice((at % word.length) + 1);
        expect(nearestWord(cut, known)).toBe(word);
      }),
    );
  });
});
