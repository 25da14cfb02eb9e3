import type { Result, VariantResult } from '../result/index.ts';
import type { ReportFormat } from './format.ts';
import { csvCell } from './html/csv.ts';
import { neutralise } from './words/text.ts';

/**
 * Every figure of a result as a row of its own (RFC 4180): variant, its labels, round (empty where merged over rounds), scope (`target`,
 * `generator`, `accounting`, `corpus`, `machine`, `kernel`, `limit`, `service ocsp`, `cohort good`), metric as result.json names it, value. What a spreadsheet or a
 * data frame takes without a program of one's own.
 */
export const csvFormat: ReportFormat = { format: 'csv', fileName: 'figures.csv', onRequest: true, render };

function render({ variants }: Result): string {
  const head = ['variant', 'labels', 'round', 'scope', 'metric', 'value'];
  const lines = variants.flatMap((variant) => [
    ...scopes(variant).flatMap(([scope, figures]) => rows(variant, '', scope, figures)),
    ...variant.rounds.flatMap((round) =>
      scopes(round).flatMap(([scope, figures]) => rows(variant, round.index + 1, scope, figures)),
    ),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

type Row = (string | number)[];
type Holder = Pick<VariantResult, 'accounting' | 'services'> & {
  target: object;
  generator: object;
  corpus?: object;
  machine?: object | undefined;
  kernel?: object | undefined;
  limit?: object | undefined;
  cohorts: readonly { name: string }[];
};

function scopes({
  target,
  generator,
  accounting,
  corpus,
  services = [],
  cohorts,
  machine,
  kernel,
  limit,
}: Holder): [string, unknown][] {
  return [
    ['target', target],
    ['generator', generator],
    ['accounting', accounting],
    ...Object.entries({ corpus, machine, kernel, limit }).filter(([, figures]) => figures !== undefined),
    ...services.map((service): [string, unknown] => [`service ${service.kind}`, service]),
    ...cohorts.map((cohort): [string, unknown] => [`cohort ${cohort.name}`, cohort]),
  ];
}

function rows(
  { name, labels }: VariantResult,
  round: string | number,
  scope: string,
  figures: unknown,
): Row[] {
  const told = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
  return numbersIn(figures, '').map(([metric, value]) => [name, told, round, scope, metric, value]);
}

/** Numbers by their path, `latencyMs.authenticated.p50`; an outcome is counted under its kind and detail. */
function numbersIn(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (Array.isArray(value))
    return path.endsWith('outcomes') ? value.flatMap((one) => outcome(one, path)) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    numbersIn(part, path === '' ? key : `${path}.${key}`),
  );
}

function outcome(one: unknown, path: string): [string, number][] {
  if (typeof one !== 'object' || one === null || !('kind' in one) || !('count' in one)) return [];
  if (typeof one.count !== 'number') return [];
  const detail = 'detail' in one && one.detail !== '' ? ` ${one.detail}` : '';
  return [[`${path}.${one.kind}${detail}`, one.count]];
}

/** No formula, no line break, and quotes where a comma or a quote asks for them; what nobody sees is shown. */
function quoted(value: string | number): string {
  const text = csvCell(typeof value === 'string' ? neutralise(value, 400) : value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
