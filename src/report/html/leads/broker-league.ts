import type { Result } from '../../../result/index.ts';
import { type Contender, leagueOf, type Measured } from '../../findings/league.ts';
import { cohortVerdict, outcomesSeen } from '../../words/cohort.ts';
import { threeDigits } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell, remarkCell, toneCell } from '../cells.ts';
import { linearAxis, logAxis } from '../charts/axis.ts';
import { renderFigure } from '../charts/figure.ts';
import { percentileRow } from '../charts/percentile-row.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { seriesStyle } from '../charts/series.ts';
import { html, type Markup } from '../markup.ts';
import { foldedTable, type Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** Brokers side by side: how many attempts a second, what one costs, how long a good client waits, and where each refuses whom. */
export const brokerLeagueLead: Lead = {
  name: 'broker-league',
  fits: (result) => leagueOf(result).length > 1,
  render: (result) => {
    const all = leagueOf(result);
    return html`${renderFigure({
      title: 'What does the same load cost each broker?',
      note: 'Rounds of the brokers are interleaved, so that a busy moment of the machine falls on nobody in particular. All charts have a row for each broker.',
      description: `CPU per attempt, attempts per second and waiting of good clients for ${all.length} brokers.`,
      chart: html`${measuredRows(all, 'CPU per attempt, milliseconds', 'ms', ({ cpuMs }) => cpuMs)}${measuredRows(
        all,
        'attempts finished per second, of those asked for',
        '/s',
        ({ attemptsPerSecond }) => attemptsPerSecond,
      )}${waitingRows(all)}`,
      table: leagueTable(all),
      open: true,
    })}${foldedTable(refusalTable(result, all))}`;
  },
};

/** Whatever lies more than a factor of thirty apart can only be told on a logarithmic axis. */
function measuredRows(
  all: readonly Contender[],
  title: string,
  unit: string,
  pick: (contender: Contender) => Measured | null,
): Markup | null {
  const told = all.flatMap((contender) => {
    const found = pick(contender);
    return found === null ? [] : [{ ...contender, found }];
  });
  if (told.length === 0) return null;
  const values = told.flatMap(({ found }) => [
    found.value,
    ...found.rounds,
    found.interval?.high ?? found.value,
  ]);
  const highest = Math.max(...values);
  const wide = highest > 30 * Math.min(...told.map(({ found }) => found.value));
  const rows = told.map(({ variant, index, found }): Row => {
    const { className, marker } = seriesStyle(index);
    const title = `${variant.name}: ${threeDigits(found.value)} ${unit}`;
    return {
      name: variant.name,
      className,
      marker,
      of: { variant: index },
      ...(wide ? {} : { bars: [{ className: 'solid', value: found.value, title }] }),
      points: wide ? [{ value: found.value, kind: 'main', title }] : [],
      ...(found.interval === null
        ? {}
        : { interval: [Math.max(0, found.interval.low), found.interval.high] as const }),
      ...(found.rounds.length > 1 ? { faint: found.rounds } : {}),
      text: `${threeDigits(found.value)} ${unit}`,
    };
  });
  return renderRows(
    wide ? logAxis(`${title}, logarithmic`, values) : linearAxis(title, highest),
    rows,
    [],
    '',
  );
}

function waitingRows(all: readonly Contender[]): Markup | null {
  const rows = all.flatMap(({ variant, index, good }): Row[] => {
    const latency = good?.latencyMs.authenticated;
    if (latency === undefined) return [];
    return [percentileRow({ variant: variant.name, index, latency }, seriesStyle(index))];
  });
  if (rows.length === 0) return null;
  const values = rows.flatMap(({ points }) => points.map(({ value }) => value));
  return renderRows(
    logAxis('until a good client has its CONNACK, milliseconds, logarithmic: p50, p90, p99', values),
    rows,
    [],
    'p50 · p99',
  );
}

function leagueTable(all: readonly Contender[]): Table {
  return {
    caption: 'Brokers side by side',
    columns: [
      { title: 'Variant' },
      { title: 'Broker' },
      { title: 'Version' },
      ...[
        'Attempts /s',
        'CPU per attempt, ms',
        '95 % low',
        '95 % high',
        'Good p50, ms',
        'p99, ms',
        'RSS at most, MiB',
        'Memory per held session, KiB',
        'False accepts',
        'False rejects',
      ].map((title) => ({ title, numeric: true })),
      { title: 'Set otherwise than its makers do' },
    ],
    rows: all.map(
      ({ variant, target, attemptsPerSecond, cpuMs, good, rssPeakMiB, perSessionKiB, ...wrong }) => [
        nameCell(variant.name),
        nameCell(target, 40),
        remarkCell(variant.target.version, 80),
        figureCell(attemptsPerSecond?.value),
        figureCell(cpuMs?.value),
        figureCell(cpuMs?.interval === null ? undefined : cpuMs?.interval.low),
        figureCell(cpuMs?.interval?.high),
        figureCell(good?.latencyMs.authenticated?.p50),
        figureCell(
          (good?.latencyMs.authenticated?.count ?? 0) >= 100 ? good?.latencyMs.authenticated?.p99 : undefined,
        ),
        figureCell(rssPeakMiB ?? undefined),
        figureCell(perSessionKiB ?? undefined),
        countCell(wrong.falseAccepts, wrong.falseAccepts > 0 ? 'wrong-figure' : ''),
        countCell(wrong.falseRejects, wrong.falseRejects > 0 ? 'attention' : ''),
        remarkCell(variant.target.tuned?.join(', ') || '–', 160),
      ],
    ),
  };
}

/** Where each broker turns each cohort away, and with which alert. */
function refusalTable({ variants }: Result, all: readonly Contender[]): Table {
  const names = [...new Set(variants.flatMap(({ cohorts }) => cohorts.map(({ name }) => name)))];
  return {
    caption: 'Where each broker refuses whom, and with which alert',
    columns: [{ title: 'Cohort' }, ...all.map(({ variant }) => ({ title: neutralise(variant.name, 40) }))],
    rows: names.map((name) => [
      nameCell(name),
      ...all.map(({ variant }) => {
        const cohort = variant.cohorts.find((one) => one.name === name);
        if (cohort === undefined) return '–';
        const seen = outcomesSeen(cohort)
          .slice(0, 2)
          .map(({ kind, detail }) => neutralise(`${kind} ${detail}`.trim(), 44))
          .join(', ');
        const verdict = cohortVerdict(cohort);
        return verdict.tone === 'bad' ? toneCell('bad', `${seen}: ${verdict.text}`) : seen;
      }),
    ]),
  };
}
