import type { CaseRow, LimboReport } from './report.ts';

const widest = { id: 58, outcome: 24, openssl: 44 };
const namedCases = 4;

/** The report as text for a terminal or a log: each case, the table of differences, the unexplained, and limbo's own expectations. */
export function tableOf(report: LimboReport): string {
  return [
    ...report.contestants.map(
      ({ broker, version, openssl }) =>
        `${broker.padEnd(10)} ${version}, held against openssl verify ${openssl}`,
    ),
    `driver     ${report.driver}, for every case`,
    ...report.notes.map((note) => `note       ${note}`),
    '',
    ...caseTable(report),
    '',
    ...differenceTable(report),
    ...unexplainedTable(report),
    ...expectationTable(report),
    summary(report),
    '',
  ].join('\n');
}

function caseTable({ cases, contestants }: LimboReport): string[] {
  const idWidth = Math.min(widest.id, Math.max(4, ...cases.map(({ id }) => shown(id).length)));
  const head = [
    'case'.padEnd(idWidth),
    'limbo  ',
    ...contestants.flatMap(({ broker, openssl }) => [
      `  ${broker}`.padEnd(widest.outcome),
      `openssl ${openssl}`.padEnd(widest.openssl),
    ]),
  ];
  return [head.join('  ').trimEnd(), ...cases.flatMap((row) => caseLines(row, idWidth))];
}

function caseLines(row: CaseRow, idWidth: number): string[] {
  const cells = row.answers.flatMap(({ outcome, openssl, agrees, explanation }) => [
    `${agrees ? '=' : explanation === null ? '!' : '~'} ${outcome}`.padEnd(widest.outcome),
    cut(openssl, widest.openssl).padEnd(widest.openssl),
  ]);
  const about = row.oddities.length > 0 ? ` (${row.oddities.join('; ')})` : '';
  const told = row.notPresented === null ? cells : [`- not presented: ${row.notPresented}`];
  return [
    `${[cut(shown(row.id), idWidth).padEnd(idWidth), (row.expected ?? '?').padEnd(7), ...told].join('  ').trimEnd()}${about}`,
  ];
}

function differenceTable({ differences }: LimboReport): string[] {
  if (differences.length === 0) return [];
  return [
    '~ differences from openssl verify, explained',
    ...differences.flatMap(({ name, sentence, count, cases }) => [
      `  ${String(count).padStart(4)}  ${name}: ${sentence}`,
      `        ${someOf(cases)}`,
    ]),
    '',
  ];
}

function unexplainedTable({ unexplained }: LimboReport): string[] {
  if (unexplained.length === 0) return [];
  return [
    '! UNEXPLAINED differences from openssl verify',
    ...unexplained.map(
      ({ case: id, broker, outcome, why, openssl }) =>
        `  ${shown(id)}: ${broker} ${outcome}${why === null ? '' : ` (${shown(why)})`}, openssl verify ${openssl}`,
    ),
    '',
  ];
}

function expectationTable({ otherThanLimbo, counts }: LimboReport): string[] {
  return [
    `limbo's own expectation, for orientation: OpenSSL judges ${counts.asLimboExpects} of ${counts.presented} presented cases so, and`,
    ...otherThanLimbo.flatMap(({ reason, count, cases }) => [
      `  ${String(count).padStart(4)}  otherwise: ${reason}`,
      `        ${someOf(cases)}`,
    ]),
    '',
  ];
}

function summary({ counts }: LimboReport): string {
  const { cases, presented, answers, agree, explained, unexplained } = counts;
  return `${cases} cases, ${presented} presented: of ${answers} answers ${agree} as openssl verify says, ${explained} differ and are explained, ${unexplained} UNEXPLAINED`;
}

function someOf(cases: readonly string[]): string {
  const more = cases.length - namedCases;
  return `${cases.slice(0, namedCases).map(shown).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

/** A case's words come from a file of somebody else's: no control character reaches the terminal. */
const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
