import { refusalKinds } from '../../../result/index.ts';
import { type Ladder, ladderOf, type Step } from '../../findings/ladder.ts';
import { outcomesSeen } from '../../words/cohort.ts';
import { count, percent, threeDigits } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { bytesCell, figureCell, nameCell, remarkCell } from '../cells.ts';
import { linearAxis } from '../charts/axis.ts';
import { renderFigure } from '../charts/figure.ts';
import { renderColourKey } from '../charts/key.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { html, type Markup } from '../markup.ts';
import { bundledRemark } from '../sections/layers.ts';
import type { Cell, Table } from '../table.ts';
import type { Lead } from './lead.ts';

const owners = [
  { part: 'broker', title: 'broker' },
  { part: 'database', title: 'database' },
  { part: 'services', title: 'other services' },
] as const;

/** CPU per refused attempt by process, a bar for each step of the ladder, with the good client as the yardstick. */
export const refusalLadderLead: Lead = {
  name: 'refusal-ladder',
  fits: (result) => ladderOf(result) !== null,
  render: (result) => {
    const ladder = ladderOf(result);
    if (ladder === null) return html``;
    return html`${renderFigure({
      title: 'What does it cost to turn a client away, and where?',
      note: noteOf(ladder),
      description: `CPU per attempt of broker, database and services, a row for each of ${ladder.steps.length} steps.`,
      chart: chart(ladder),
      table: ladderTable(ladder),
      open: true,
    })}${bundledRemark(result)}`;
  },
};

function noteOf({ yardstick, skipped, steps }: Ladder): string {
  const mixed = steps.filter(({ refusedShare }) => refusedShare < 0.999);
  return [
    yardstick === null
      ? ''
      : `The yardstick is ${neutralise(yardstick.variant.name, 60)}, whose clients are let in.`,
    mixed.length === 0
      ? ''
      : `In ${count(mixed.length)} of the steps some clients were let in (${percent(1 - Math.min(...mixed.map(({ refusedShare }) => refusedShare)))} at most), so those are costs of a mix.`,
    ...memoryNote(steps),
    ...skipped.map(
      ({ name, reason }) => `Not measured: ${neutralise(name, 60)} (${neutralise(reason, 120)}).`,
    ),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** How memory was measured; nothing where it was not. */
function memoryNote(steps: readonly Step[]): string[] {
  const known = steps.flatMap(({ variant }) => variant.target.inFlightMemory ?? []);
  const [first] = known.filter(({ bytesPerAttempt }) => bytesPerAttempt !== undefined);
  if (first === undefined) return [];
  return [
    `Memory of an attempt in flight: what the broker’s resident set grows by, for each attempt more, from ${count(first.heldBefore ?? 0)} to ${count(first.held)} that are held where it waits for their last word (in TLS before the client’s certificate, at CONNECT before the CONNECT, later after the CONNACK), its garbage collected; sockets in the kernel are not in it.`,
  ];
}

function chart({ steps, yardstick }: Ladder): Markup {
  const all = yardstick === null ? steps : [yardstick, ...steps];
  const several = all.some(({ rounds }) => rounds.length > 1);
  const highest = Math.max(
    ...all.flatMap(({ totalMs, rounds, interval }) => [totalMs, ...rounds, interval?.high ?? 0]),
  );
  const present = owners.filter(({ part }) => all.some(({ parts }) => parts[part] > 0));
  return html`${renderColourKey(present.map(({ title }) => title))}${renderRows(
    linearAxis('milliseconds of CPU per attempt', highest),
    all.map((step) =>
      rowOf(
        step,
        present.map(({ part }) => part),
        step === yardstick,
      ),
    ),
    several
      ? [
          { mark: 'faint', text: 'single rounds' },
          { mark: 'interval', text: '95 % interval over rounds' },
        ]
      : [],
    yardstick === null ? 'CPU' : 'CPU · × yardstick',
  )}`;
}

function rowOf(step: Step, present: readonly (keyof Step['parts'])[], isYardstick: boolean): Row {
  const { variant, index, parts, totalMs, rounds, interval, ratio } = step;
  return {
    name: variant.name,
    detail: isYardstick ? 'let in' : placeOf(step),
    className: '',
    marker: 'marker-0',
    of: { variant: index },
    bars: present.map((part, i) => ({
      className: `solid series-${i}`,
      value: parts[part],
      title: `${variant.name}, ${part}: ${threeDigits(parts[part])} ms per attempt`,
    })),
    points: [],
    ...(interval === null ? {} : { interval: [Math.max(0, interval.low), interval.high] as const }),
    ...(rounds.length > 1 ? { faint: rounds } : {}),
    text: `${threeDigits(totalMs)} ms${ratio === null ? '' : ` · ${threeDigits(ratio.estimate)}×`}`,
  };
}

function placeOf({ refusedAt }: Step): string {
  if (refusedAt === 'tls') return 'in TLS';
  return refusedAt === 'connect' ? 'at CONNECT' : neutralise(refusedAt, 24);
}

function ladderTable({ steps, yardstick }: Ladder): Table {
  const all = yardstick === null ? steps : [yardstick, ...steps];
  return {
    caption: 'The refusal ladder',
    columns: [
      { title: 'Step' },
      { title: 'Turned away' },
      { title: 'Seen by the client' },
      ...[
        'Broker CPU, ms',
        'Database, ms',
        'Services, ms',
        'Together, ms',
        '95 % low',
        '95 % high',
        '× yardstick',
        'low',
        'high',
        'Client CPU, ms',
        'Broker’s side ÷ client',
        'Until the refusal, p50 ms',
        'p99 ms',
        'Attempts /s',
        'Sent',
        'Received',
        'Broker RSS, MiB',
        'Memory of an attempt in flight, KiB',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: all.map((step) => [
      nameCell(step.variant.name),
      step === yardstick ? 'let in' : placeOf(step),
      seenCell(step),
      figureCell(step.parts.broker),
      figureCell(step.parts.database),
      figureCell(step.parts.services),
      figureCell(step.totalMs),
      figureCell(step.interval === null ? undefined : Math.max(0, step.interval.low)),
      figureCell(step.interval?.high),
      figureCell(step.ratio?.estimate),
      figureCell(step.ratio?.low),
      figureCell(step.ratio?.high),
      figureCell(step.clientMs ?? undefined),
      figureCell(step.clientMs === null || step.clientMs === 0 ? undefined : step.totalMs / step.clientMs),
      ...outsideCells(step),
    ]),
  };
}

function inFlightKiB({ variant }: Step): number | undefined {
  const bytes = variant.target.inFlightMemory?.bytesPerAttempt;
  return bytes === undefined ? undefined : bytes / 1024;
}

function mainCohort({ variant }: Step) {
  const refused = ({ outcomes }: (typeof variant.cohorts)[number]) =>
    outcomes.reduce((sum, one) => (refusalKinds.includes(one.kind) ? sum + one.count : sum), 0);
  return variant.cohorts.toSorted((a, b) => refused(b) - refused(a) || b.attempts - a.attempts)[0];
}

function seenCell(step: Step): Cell {
  const cohort = mainCohort(step);
  const [first] = cohort === undefined ? [] : outcomesSeen(cohort);
  return first === undefined ? '' : remarkCell(`${first.kind} ${first.detail}`.trim(), 50);
}

function outsideCells(step: Step): Cell[] {
  const { variant } = step;
  const cohort = mainCohort(step);
  const latency = cohort?.latencyMs.rejected ?? cohort?.latencyMs.authenticated;
  const elapsedMs = variant.rounds.reduce((sum, round) => sum + round.elapsedMs, 0);
  return [
    figureCell(latency?.p50),
    figureCell(latency !== undefined && latency.count >= 100 ? latency.p99 : undefined),
    figureCell(elapsedMs > 0 ? (1000 * variant.accounting.finished) / elapsedMs : undefined),
    cohort === undefined ? '' : bytesCell(cohort.bytes.sent),
    cohort === undefined ? '' : bytesCell(cohort.bytes.received),
    figureCell(variant.target.rssPeakMiB),
    figureCell(inFlightKiB(step)),
  ];
}
