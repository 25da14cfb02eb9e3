import { describe, expect, it } from 'vitest';
import { htmlFormat } from '../../src/report/html.ts';
import { threeDigits } from '../../src/report/words/numbers.ts';
import type { Result } from '../../src/result/index.ts';
import { everyEnd, everyKind } from '../fixtures/results/every-kind.ts';
import { interruptedRun, threeVariants } from '../fixtures/results/results.ts';
import { cellFigures, writtenTexts } from './page-figures.ts';
import { figureCheck } from './unexplained-figures.ts';

/** Thirty variants take seconds and have no kind of figure that three have not; an interrupted run has few, and is looked at by itself. */
const apart = ['thirty variants', 'an interrupted run'];
const results = Object.entries({ ...everyEnd, ...everyKind }).filter(([name]) => !apart.includes(name));

const render = (result: Result) => htmlFormat.render(result);

describe('every figure on the page', () => {
  it.each(results)('of %s is in its result, or made of it by a formula', (_, make) => {
    const result = make();
    const page = render(result);
    expect(cellFigures(page).length).toBeGreaterThan(100);
    expect(writtenTexts(page).length).toBeGreaterThan(20);
    expect(figureCheck(result)(page)).toEqual([]);
  });

  it('of an interrupted run is too, few as they are', () => {
    const result = interruptedRun();
    const page = render(result);
    expect(cellFigures(page).length).toBeGreaterThan(50);
    expect(figureCheck(result)(page)).toEqual([]);
  });
});

describe('a figure that the result does not have', () => {
  const result = threeVariants();
  const page = render(result);
  const check = figureCheck(result);
  const found = (changed: string) => check(changed).length > 0;

  it('is found where a table shows one thing and copies another', () => {
    const cell = />(\d+\.\d\d)</;
    const shown = cell.exec(page)?.[1] ?? '';
    expect(found(page.replace(cell, `>${threeDigits(Number(shown) * 1.07)}<`))).toBe(true);
  });

  it('is found wherever a table has one', () => {
    // Every seventh of the cells that are more than a small count.
    const exact = [...page.matchAll(/ data-csv="(\d+\.\d{3,})"/g)].filter((_, i) => i % 97 === 0);
    expect(exact.length).toBeGreaterThan(8);
    for (const { 0: attribute, 1: value = '', index } of exact) {
      const invented = attribute.replace(value, String(Number(value) * 1.0371));
      expect(found(page.slice(0, index) + invented + page.slice(index + attribute.length)), attribute).toBe(
        true,
      );
    }
  });

  it('is found in nearly every sentence that has one: a few happen to be other figures of the result', () => {
    const sentences = [
      ...page.matchAll(/<(?:strong|title)>[^<]*?(\d+\.\d+)(?=[\u202f ](?:ms|µs|s)|×)[^<]*</g),
    ];
    const some = sentences.filter((_, i) => i % Math.ceil(sentences.length / 24) === 0);
    const caught = some.filter(({ 0: sentence, 1: value = '', index }) => {
      const invented = sentence.replace(value, threeDigits(Number(value) * 1.37));
      return found(page.slice(0, index) + invented + page.slice(index + sentence.length));
    });
    expect(some.length).toBeGreaterThan(20);
    expect(caught.length / some.length).toBeGreaterThan(0.8);
  });

  it('is found when the page is made of another result', () => {
    const other = structuredClone(result);
    const [variant] = other.variants;
    if (variant?.target.cpuMsPerAttempt === undefined) throw new Error('the fixture has CPU');
    variant.target.cpuMsPerAttempt *= 1.371;
    const wrong = check(render(other));
    expect(wrong.join('\n')).toMatch(/^CPU of broker \| CPU per attempt, ms \| none: /m);
    expect(wrong.join('\n')).toMatch(/^"none, user CPU: /m);
  });
});
