import type { Result } from '../result/index.ts';
import {
  type Conformance,
  type ConformanceCell,
  conformanceOf,
  type Treatment,
} from './findings/conformance.ts';
import type { ReportFormat } from './format.ts';
import { bullets, code, inert, table } from './markdown-text.ts';
import { count } from './words/numbers.ts';
import { glyphs } from './words/verdict.ts';

/** Broker against defect as a document of its own: what each broker did with each kind of client, and which clause is broken by it. */
export const conformanceFormat: ReportFormat = {
  format: 'conformance',
  fileName: 'conformance.md',
  fits: (result) => conformanceOf(result) !== null,
  render,
};

const titles: Readonly<Record<Treatment, string>> = {
  accepted: 'accepted',
  handshake: 'refused in the handshake',
  closed: 'closed',
  connect: 'refused at CONNECT',
  hung: 'hung',
  crashed: 'crashed',
  mixed: 'not always the same',
  none: 'not tried',
};

function render(result: Result): string {
  const conformance = conformanceOf(result);
  const head = `# What brokers do with bad certificates and handshakes: ${code(result.scenario.name)}`;
  if (conformance === null) {
    return `${head}\n\nThis result tried too few kinds of clients for a table: ten defects, or three against two brokers.\n`;
  }
  const { brokers, rows } = conformance;
  return `${[
    head,
    verdict(conformance),
    table(
      ['Clients', 'Should be', ...brokers.map(({ name }) => code(name, 40)), 'Clause'],
      [],
      rows.map(({ cohort, expected, clause, cells }) => [
        code(cohort, 60),
        expected === 'accept' ? 'let in' : 'turned away',
        ...cells.map(cellText),
        inert(clause, 80),
      ]),
    ),
    '## How it ended',
    totals(conformance),
    '## Who was asked',
    table(
      ['Broker', 'Version', 'Revocation', 'Set otherwise than its makers do'],
      [],
      brokers.map(({ name, version, revocation, tuned }) => [
        code(name, 40),
        inert(version, 100),
        inert(revocation, 40),
        tuned.length === 0 ? 'nothing' : tuned.map((each) => code(each, 80)).join(', '),
      ]),
    ),
    leftOut(result),
    `<sub>certstorm ${inert(result.environment.certstorm)} · ${inert(result.startedAt)} · seed ${result.seed}. Configurations and logs lie beside this file, under targets/.</sub>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** False accepts first: they are what a reader came for. */
function verdict({ brokers, rows }: Conformance): string {
  const sentences = brokers.map(({ name }, broker) => {
    const wrong = rows.filter(({ cells }) => (cells[broker]?.falseAccepts ?? 0) > 0);
    const shut = rows.filter(({ cells }) => (cells[broker]?.falseRejects ?? 0) > 0);
    const letIn = wrong.map(
      ({ cohort, clause }) => `${code(cohort, 60)}${clause === '' ? '' : ` (${inert(clause, 80)})`}`,
    );
    const parts = [
      ...(wrong.length === 0 ? [] : [`lets in ${letIn.join(', ')}`]),
      ...(shut.length === 0
        ? []
        : [`does not judge as expected ${shut.map(({ cohort }) => code(cohort, 60)).join(', ')}`]),
    ];
    return parts.length === 0
      ? `${glyphs.good} ${code(name, 40)} judges every kind as expected`
      : `${wrong.length > 0 ? glyphs.bad : glyphs.warning} ${code(name, 40)} ${parts.join('; ')}`;
  });
  return bullets(sentences);
}

function cellText(cell: ConformanceCell | null): string {
  if (cell === null) return 'not asked';
  const wrong = cell.falseAccepts > 0 ? 'false accept' : cell.falseRejects > 0 ? 'false reject' : '';
  const words = inert(cell.words, 120);
  return wrong === '' ? words : `${glyphs.bad} **${words}** (${wrong})`;
}

function totals({ brokers, rows }: Conformance): string {
  const kinds = Object.keys(titles) as Treatment[];
  return table(
    ['Broker', ...kinds.map((kind) => titles[kind])],
    kinds.map((_, index) => index + 1),
    brokers.map(({ name }, broker) => [
      code(name, 40),
      ...kinds.map((kind) => count(rows.filter(({ cells }) => cells[broker]?.treatment === kind).length)),
    ]),
  );
}

function leftOut({ variants }: Result): string {
  return bullets(
    variants
      .filter(({ failure }) => failure !== undefined)
      .map(({ name, failure }) => `${code(name, 60)} was not measured: ${inert(failure ?? '')}`),
  );
}
