import type { GeneratorFigures, Result, TargetFigures, VariantResult } from '../../../result/index.ts';
import { meanInterval } from '../../../stats/index.ts';
import { threeDigits } from '../../words/numbers.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import { linearAxis, logAxis } from '../charts/axis.ts';
import type { Belonging } from '../charts/belonging.ts';
import type { Figure } from '../charts/figure.ts';
import type { KeyEntry } from '../charts/key.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { type SeriesStyle, seriesStyle } from '../charts/series.ts';
import { type VariantStyles, variantStyles } from '../charts/variant-style.ts';
import type { Table } from '../table.ts';

type Cpu = { perAttempt: number; user: number; system: number };

/** What an attempt costs the broker, a row for each variant. null where no variant has a figure. */
export function brokerCostFigure(result: Result): Figure | null {
  const title =
    result.variants.length > 1
      ? 'What does an attempt cost the broker, by variant?'
      : 'What does an attempt cost, the broker and the generator?';
  const styles = variantStyles(result);
  const rows = result.variants.flatMap((variant, i) => [
    ...costRow(variant, { variant: i }, variant.name, styles.of(i), (figures) => figures.target),
    ...(result.variants.length > 1
      ? []
      : costRow(variant, {}, 'generator', seriesStyle(1), (figures) => figures.generator)),
  ]);
  if (result.variants.length === 1 && rows[0] !== undefined) rows[0] = { ...rows[0], name: 'broker' };
  const of = result.variants.length > 1 ? (['broker'] as const) : (['broker', 'generator'] as const);
  return costFigure(title, 'broker', rows, costTable(result, of), styles);
}

/** The same of the generator, for results of several variants. */
export function generatorCostFigure(result: Result): Figure | null {
  const styles = variantStyles(result);
  const rows = result.variants.flatMap((variant, i) =>
    costRow(variant, { variant: i }, variant.name, styles.of(i), (figures) => figures.generator),
  );
  return costFigure('And the generator?', 'generator', rows, costTable(result, ['generator']), styles);
}

function costFigure(
  title: string,
  whose: string,
  rows: readonly CostRow[],
  table: Table,
  { legend }: VariantStyles,
): Figure | null {
  if (rows.length === 0) return null;
  const totals = rows.map(({ total }) => total);
  const highest = Math.max(
    ...rows.flatMap(({ interval, faint = [], total }) => [total, interval?.[1] ?? 0, ...faint]),
  );
  // Bars need a true zero; from a factor of 30 on they show the longest one and nothing else, and dots on a logarithmic axis take over.
  const wide = highest > 30 * Math.min(...totals.filter((total) => total > 0));
  const severalRounds = rows.some(({ faint = [] }) => faint.length > 1);
  const key: KeyEntry[] = [
    ...(wide
      ? [{ mark: 'main' as const, text: 'CPU per attempt' }]
      : [
          { mark: 'solid' as const, text: 'user CPU' },
          { mark: 'light' as const, text: 'system CPU' },
        ]),
    ...(severalRounds
      ? [
          { mark: 'faint' as const, text: 'single rounds' },
          { mark: 'interval' as const, text: '95 % interval over rounds' },
        ]
      : []),
  ];
  const axisTitle = 'milliseconds of CPU per attempt';
  return {
    title,
    note: severalRounds ? undefined : 'One round: there is no interval.',
    description: `CPU per attempt of the ${whose}, ${rows.length} rows.`,
    chart: [
      legend,
      wide
        ? renderRows(
            logAxis(
              `${axisTitle}, logarithmic`,
              rows.flatMap(({ total, faint = [] }) => [total, ...faint]),
            ),
            rows.map((row) => ({ ...row, bars: [] })),
            key,
            'per attempt',
          )
        : renderRows(
            linearAxis(axisTitle, highest),
            rows.map((row) => ({ ...row, points: [] })),
            key,
            'per attempt',
          ),
    ],
    table,
  };
}

type CostRow = Row & { total: number };

function costRow(
  variant: VariantResult,
  of: Belonging,
  name: string,
  style: SeriesStyle,
  pick: (holder: { target: TargetFigures; generator: GeneratorFigures }) => TargetFigures | GeneratorFigures,
): CostRow[] {
  const whole = cpuOf(pick(variant));
  if (whole === null) return [];
  const rounds = variant.rounds.flatMap((round) => pick(round).cpuMsPerAttempt ?? []);
  const interval = meanInterval(rounds);
  const { perAttempt, user, system } = whole;
  const title = (what: string, value: number) => `${name}, ${what}: ${threeDigits(value)} ms per attempt`;
  return [
    {
      name,
      of,
      total: perAttempt,
      ...style,
      bars: [
        { className: 'solid', value: user, title: title('user CPU', user) },
        { className: 'light', value: system, title: title('system CPU', system) },
      ],
      points: [{ value: perAttempt, kind: 'main', title: title('CPU', perAttempt) }],
      ...(interval === null ? {} : { interval: [Math.max(0, interval.low), interval.high] as const }),
      ...(rounds.length > 1 ? { faint: rounds } : {}),
      text: `${threeDigits(perAttempt)} ms`,
    },
  ];
}

/** Shares user and system CPU out over the attempts, as the totals stand to one another. */
function cpuOf(figures: TargetFigures | GeneratorFigures): Cpu | null {
  const { cpuMsPerAttempt: perAttempt, cpuUserMs = 0, cpuSystemMs = 0 } = figures;
  if (perAttempt === undefined) return null;
  const total = cpuUserMs + cpuSystemMs;
  const user = total > 0 ? (perAttempt * cpuUserMs) / total : perAttempt;
  return { perAttempt, user, system: perAttempt - user };
}

/** Of those processes that the chart above it is about. */
function costTable({ variants }: Result, of: readonly ('broker' | 'generator')[]): Table {
  const rows = variants.flatMap((variant) =>
    of.map((process) =>
      costCells(variant, process, process === 'broker' ? variant.target : variant.generator),
    ),
  );
  return {
    caption: `CPU of ${of.join(' and ')}`,
    columns: [
      { title: 'Variant' },
      { title: 'Process' },
      { title: 'CPU per attempt, ms', numeric: true },
      { title: '95 % low', numeric: true },
      { title: '95 % high', numeric: true },
      { title: 'Rounds', numeric: true },
      { title: 'User, ms in total', numeric: true },
      { title: 'System, ms in total', numeric: true },
    ],
    rows,
  };
}

function costCells(
  variant: VariantResult,
  process: 'broker' | 'generator',
  figures: TargetFigures | GeneratorFigures,
): Table['rows'][number] {
  const rounds = variant.rounds.flatMap(
    (round) => (process === 'broker' ? round.target : round.generator).cpuMsPerAttempt ?? [],
  );
  const interval = meanInterval(rounds);
  return [
    nameCell(variant.name),
    process,
    figureCell(figures.cpuMsPerAttempt),
    figureCell(interval === null ? undefined : Math.max(0, interval.low)),
    figureCell(interval?.high),
    countCell(rounds.length),
    figureCell(figures.cpuUserMs),
    figureCell(figures.cpuSystemMs),
  ];
}
