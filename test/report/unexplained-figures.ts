import { bytes, count, duration, percent, threeDigits } from '../../src/report/words/numbers.ts';
import type { Result } from '../../src/result/index.ts';
import { cellFigures, writtenTexts } from './page-figures.ts';
import {
  findingFigures,
  type Kind,
  latenciesOverTime,
  resultFigures,
  sentenceFigures,
} from './result-figures.ts';

/**
 * A check of pages against a result. It returns the figures that the result does not have: cells of tables whose exact value is none of its numbers and none that a formula makes
 * of them, cells that show something else than their exact value rounded, and numbers in sentences that are no such figure rounded.
 */
export function figureCheck(result: Result): (page: string) => string[] {
  const found = [...findingFigures(result)];
  const exact = new Set([...resultFigures(result), ...found].map(key));
  const rounded = new Set([
    ...[...sentenceFigures(result)].flatMap(([kind, value]) => roundings(value, kind)),
    ...found.flatMap((value) => roundings(value, 'any')),
  ]);
  const moments = new Set(
    result.variants.flatMap(({ rounds }) =>
      rounds.flatMap(({ timeline }) =>
        [...latenciesOverTime(timeline)].flatMap(({ middleS, p50Ms, p99Ms }) => {
          const at = `, ${threeDigits(middleS)} s: `;
          return [`${at}p50 ${threeDigits(p50Ms)} ms`, `${at}p99 ${threeDigits(p99Ms)} ms`];
        }),
      ),
    ),
  );
  const names = namesOf(result);
  return (page) => {
    const cells = cellFigures(page).flatMap(({ table, row, column, shown, exact: value }) => [
      ...(exact.has(key(value)) ? [] : [`${table} | ${column} | ${row}: ${value}`]),
      ...(!/\d/.test(shown) || roundings(value, 'any').includes(shown)
        ? []
        : [`${table} | ${column} | ${row}: ${shown} is not ${value}`]),
    ]);
    const texts = writtenTexts(page).flatMap((text) => {
      // A mark of a heat map tells when and how long: both must be of one moment.
      const moment = /, [\d.\u202f]+ s: p\d+ [\d.\u202f]+ ms$/.exec(text)?.[0];
      if (moment !== undefined) return moments.has(moment) ? [] : [`"${text}"`];
      return tokens(text, names)
        .filter((token) => !rounded.has(token))
        .map((token) => `"${text}": ${token}`);
    });
    return [...cells, ...texts];
  };
}

/** Sums differ in their last digits by the order in which they are made. */
function key(value: number): string {
  return value.toPrecision(10);
}

/** The ways in which the page writes a figure of a kind. */
function roundings(value: number, kind: Kind): string[] {
  const time = [
    duration(value),
    threeDigits(value),
    `${threeDigits(value)}\u202fms`,
    `${threeDigits(value / 1000)}\u202fs`,
    `${Number(threeDigits(value / 1000))}\u202fs`,
  ];
  switch (kind) {
    case 'time':
      return time;
    case 'count':
      return [count(value), threeDigits(value)];
    case 'share':
      return [percent(value)];
    case 'ratio':
      return [threeDigits(value), `${threeDigits(value)}×`];
    case 'any':
      return [
        ...time,
        String(value),
        count(value),
        percent(value),
        bytes(value),
        value === 0 ? '0' : count(Number(value.toPrecision(2))),
        ...['\u202fs', '\u202fh', '\u202f/s', '×'].map((unit) => `${threeDigits(value)}${unit}`),
      ];
  }
}

/** Numbers that say no figure of a result: how sure an interval is, which percentile is meant, what a word is defined by. */
const constants: readonly RegExp[] = [
  /(?<!\d)95[\u202f ]%(?= confidence|:| interval| after)/g,
  /1 in 100/g,
  /fewer than 100 (?:decided|attempts)/g,
  /ticks of 10[\u202f ]ms/g,
  /--rounds 3/g,
  /1 is no change/g,
  /1\.1 is a tenth/g,
  /\b0 stands at the edge/g,
  /not more than 1[\u202f ]%/g,
  /\b(?:50|90)[\u202f ]% (?=within|back)/g,
  /\d{4}-\d\d-\d\d \d\d:\d\d/g,
  /For devices: .*/g,
];

function tokens(text: string, names: readonly string[]): string[] {
  let rest = text;
  for (const name of names) rest = rest.replaceAll(name, ' ');
  for (const constant of constants) rest = rest.replace(constant, ' ');
  const number =
    /(?<![\w.])\d+[\u202f ]min \d+[\u202f ]s|(?<![\w.])\d+(?:[\u202f,]\d{3})*(?:\.\d+)?(?:[\u202f ]?(?:ms|µs|s|min|h|%|MiB|KiB|B|\/s|×)(?![\w]))?/g;
  return [...rest.matchAll(number)].map(([token]) =>
    token
      .replace(/(\d),(?=\d{3})/g, '$1\u202f')
      .replace(/(\d)[\u202f ](?=(?:ms|µs|s|min|h|%|MiB|KiB|B|\/s)$)/, '$1\u202f'),
  );
}

/** Every text of the result, the longest first: names, versions, expressions and reasons have numbers of their own. */
function namesOf(result: Result): string[] {
  const texts = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value === 'string' && /\d/.test(value) && value.length < 400) texts.add(value);
    else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value)) {
        if (!Array.isArray(value) && /\d/.test(name)) texts.add(name);
        gather(part);
      }
  };
  gather(result);
  return [...texts].toSorted((a, b) => b.length - a.length);
}
