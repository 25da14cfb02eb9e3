import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer } from '../../src/report/words/answer.ts';
import { cohortVerdict, contradiction } from '../../src/report/words/cohort.ts';
import { bytes, count, duration, percent, threeDigits } from '../../src/report/words/numbers.ts';
import { plainText } from '../../src/report/words/sentence.ts';
import { label, neutralise } from '../../src/report/words/text.ts';
import { warnings } from '../../src/report/words/warnings.ts';
import type { CohortResult, Result } from '../../src/result/index.ts';
import { interruptedRun, nothingButFailures, singleRun, threeVariants } from '../fixtures/results/results.ts';
import { hostileText, unseen } from './hostile-text.ts';

const spoken = (result: Result) =>
  answer(result).map((sentence) => plainText(sentence).replaceAll('\u202f', ' '));
const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.00123456, '0.00123'],
    [0.1, '0.100'],
    [1.2, '1.20'],
    [9.999, '10.0'],
    [12.34, '12.3'],
    [99.96, '100'],
    [1234.5, '1 230'],
    [1_234_567, '1 230 000'],
    [-7.7777, '-7.78'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d has three significant digits: %s', (value, text) => {
    expect(plain(threeDigits(value))).toBe(text);
  });

  it('of three digits differ from the value by half a per cent at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1e9, noNaN: true }), (value) => {
        const read = Number(threeDigits(value).replaceAll('\u202f', ''));
        return Math.abs(read - value) <= value * 0.00501;
      }),
    );
  });

  it.each([
    [duration(0), '0 ms'],
    [duration(0.0321), '32.1 µs'],
    [duration(0.9999), '1.00 ms'],
    [duration(12.345), '12.3 ms'],
    [duration(1500), '1.50 s'],
    [duration(125_000), '2 min 5 s'],
    [count(1_234_567), '1 234 567'],
    [bytes(512), '512 B'],
    [bytes(28_000_000), '26.7 MiB'],
    [percent(0.001661), '0.17 %'],
    [percent(0), '0 %'],
    [percent(1), '100 %'],
  ])('%s reads %s', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('never call a part all of it, nor something nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e9 }), (n) => {
        return plain(percent((n - 1) / n)) !== '100 %' && plain(percent(1 / n)) !== '0 %';
      }),
    );
  });
});

describe('text from strangers', () => {
  it('becomes one short line without anything unseen', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 8, max: 200 }), (text, limit) => {
        const safe = neutralise(text, limit);
        expect(safe).not.toMatch(unseen);
        expect(safe.isWellFormed()).toBe(true);
        expect(safe.length).toBeLessThanOrEqual(10 * limit + 40);
      }),
      { numRuns: 300 },
    );
  });

  it('stays as it is where there is nothing to neutralise', () => {
    expect(neutralise('Geräte-CA №7 漢字')).toBe('Geräte-CA №7 漢字');
  });

  it('can still be told apart: what was unseen is shown', () => {
    expect(neutralise('a\u0000b\u202ec\u001b[0m')).toBe('a␀b⟨U+202E⟩c␛[0m');
    expect(neutralise('x'.repeat(65_536), 20)).toMatch(/^x+…x+ \(65536 characters\)$/);
  });

  it('fits a label', () => {
    fc.assert(fc.property(hostileText, (text) => [...label(text, 20)].length <= 20));
  });
});

describe('the answer', () => {
  it('tells how many revoked clients were let in, with the interval', () => {
    expect(spoken(threeVariants())).toContain(
      '300 of 600 revoked clients were let in (variant none): 50 % (95 %: 46 %–54 %).',
    );
  });

  it('tells what none of them can hide', () => {
    expect(spoken(singleRun())[0]).toBe(
      'None of the 1 600 clients that should be turned away was let in (with 95 % confidence fewer than 0.24 % are).',
    );
  });

  it('says that one round gives no interval, and how many would', () => {
    expect(spoken(singleRun()).join()).toMatch(
      /one round, so times and costs have no interval: three rounds would/,
    );
    expect(spoken(threeVariants()).join()).not.toMatch(/no interval/);
  });

  it('gives the ratio of the dearest to the cheapest variant with its interval', () => {
    expect(spoken(threeVariants()).join('\n')).toMatch(
      /9\.\d\d ms in crl-native \(95 %: .+\): 9\.\d+× \(95 %: \d/,
    );
  });

  it('says that rounds that lie on one another tell nothing, and how many would', () => {
    const result = threeVariants();
    const [none, , indexed] = result.variants;
    if (none === undefined || indexed === undefined) throw new Error('the fixture has three variants');
    expect(spoken({ ...result, variants: [none, indexed] }).join('\n')).toMatch(
      /These rounds can't tell the two apart \(ratio 95 %: .+\); (about \d+ rounds|more rounds than are worth while) would/,
    );
  });

  it('of a run without attempts says that it says nothing', () => {
    expect(spoken(interruptedRun())).toEqual([
      'The run was stopped before its end; what had been measured until then is here.',
      'No attempt came to an end, so this result says nothing about the target.',
    ]);
  });

  it('of an invalid measurement begins with that', () => {
    expect(spoken(nothingButFailures())[0]).toMatch(/^Don't judge the target by the figures below/);
  });
});

describe('a cohort', () => {
  const cohort = (changes: Partial<CohortResult>): CohortResult => {
    const [first] = singleRun().variants[0]?.cohorts ?? [];
    if (first === undefined) throw new Error('the fixture has cohorts');
    return { ...first, ...changes };
  };
  const outcomes = (kind: 'accepted' | 'closed' | 'tls-alert' | 'connack-refused', detail = '') => [
    { kind, detail, count: 5 },
  ];

  it.each([
    ['false accept', { expected: 'reject', falseAccepts: 5, outcomes: outcomes('accepted') }, 'accepted'],
    ['false reject', { expected: 'accept', falseRejects: 5, outcomes: outcomes('closed') }, 'closed'],
    [
      'wrong layer',
      { expected: 'reject-at-tls', falseRejects: 5, outcomes: outcomes('connack-refused') },
      'connack-refused',
    ],
    [
      'wrong layer',
      { expected: 'reject-at-connect', falseRejects: 5, outcomes: outcomes('closed') },
      'closed',
    ],
    [
      'other cause',
      {
        expected: 'reject',
        expectedCause: 'certificate_revoked',
        falseRejects: 5,
        outcomes: outcomes('tls-alert', 'certificate_expired (45)'),
      },
      'tls-alert',
    ],
  ] as const)('has a %s named in its cell', (name, changes, kind) => {
    expect(contradiction(cohort(changes as Partial<CohortResult>), kind)).toBe(name);
  });

  it('that is refused as expected has no contradiction', () => {
    const refused = cohort({
      expected: 'reject-at-tls',
      expectedCause: 'certificate_required',
      outcomes: outcomes('tls-alert', 'certificate_required (116)'),
    });
    expect(contradiction(refused, 'tls-alert')).toBeNull();
    expect(cohortVerdict(refused)).toEqual({ tone: 'good', text: 'as expected' });
  });
});

describe('warnings', () => {
  it('are silent where nothing is wrong', () => {
    expect(warnings(singleRun())).toEqual([]);
  });

  it('come with what to do about it', () => {
    const found = warnings(nothingButFailures());
    expect(found.map(({ sentence }) => plain(plainText(sentence)))).toContain(
      '960 of 8 960 arrivals (10.7 %) were missed, so the load was lower than asked for',
    );
    for (const { mend } of found) expect(mend).toMatch(/^[A-Z].*\.$/);
  });
});
