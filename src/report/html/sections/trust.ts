import { agreementShare, type CpuSources, type Result } from '../../../result/index.ts';
import { calibrationNames } from '../../../stats/index.ts';
import { count, duration } from '../../words/numbers.ts';
import { neutralise } from '../../words/text.ts';
import { warnings } from '../../words/warnings.ts';
import { badge, countCell, figureCell, nameCell, toneCell } from '../cells.ts';
import { renderFigure } from '../charts/figure.ts';
import { html, type Markup } from '../markup.ts';
import { type Cell, foldedTable, renderTable, type Table } from '../table.ts';
import { sentenceMarkup } from './answer.ts';
import { kernelTable, machineFigure } from './machine.ts';
import type { Section } from './section.ts';

export const trustSection: Section = {
  id: 'trust',
  title: 'Can I trust this?',
  render: (result) =>
    html`${standing(result)}${accounting(result)}${cpuSources(result)}${schedule(result)}${machine(result)}${kernelTable(result)}${calibration(result)}`,
};

function standing(result: Result): Markup {
  const found = warnings(result);
  const attempts = result.variants.reduce((sum, variant) => sum + variant.accounting.finished, 0);
  return html`<p>${validity(result, attempts)}</p>${
    result.invalidReasons.length > 0 &&
    html`<ul class="warnings">${result.invalidReasons.map((reason) => html`<li>${reason}</li>`)}</ul>`
  }${
    found.length > 0 &&
    html`<p>What to keep in mind:</p><ul class="warnings">${found.map(({ sentence, mend }) => html`<li>${sentenceMarkup(sentence)}. <em>${mend}</em></li>`)}</ul>`
  }${
    found.length === 0 &&
    attempts > 0 &&
    html`<p class="note">No arrival was missed, attempts started on time, and each of them was decided.</p>`
  }`;
}

function validity({ valid }: Result, attempts: number): Markup {
  if (!valid) return badge('warning', 'The measurement is not valid');
  return attempts > 0 ? badge('good', 'The measurement is valid') : badge('warning', 'Nothing was measured');
}

function accounting({ variants }: Result): Markup {
  const number = (title: string) => ({ title, numeric: true });
  return html`<h3>Does every attempt add up?</h3><p class="note">scheduled = started + missed, and started = finished + unfinished, counted apart.</p>${tableOrFold(
    {
      caption: 'Accounting of attempts',
      columns: [
        { title: 'Variant' },
        ...['Scheduled', 'Started', 'Missed', 'Finished', 'Unfinished'].map(number),
        { title: 'Adds up' },
      ],
      rows: variants.map(
        ({ name, accounting: { scheduled, started, missedArrivals, finished, unfinished } }) => [
          nameCell(name),
          countCell(scheduled),
          countCell(started),
          countCell(missedArrivals, missedArrivals > 0 ? 'attention' : ''),
          countCell(finished),
          countCell(unfinished),
          scheduled === started + missedArrivals && started === finished + unfinished
            ? toneCell('good', 'yes')
            : toneCell('bad', 'no'),
        ],
      ),
    },
  )}`;
}

/** Whose CPU, by which source, and what another one says; nothing where no process has two. */
function cpuSources({ variants }: Result): Markup | null {
  const all = variants.flatMap(({ name, target, services = [] }) =>
    [{ who: 'broker', sources: target.cpuSources }]
      .concat(services.map(({ kind, cpuSources }) => ({ who: kind, sources: cpuSources })))
      .flatMap(({ who, sources }) => (sources === undefined ? [] : [{ name, who, sources }])),
  );
  if (all.length === 0) return null;
  const apart = all.filter(({ sources }) => !sources.agree).length;
  const coarse = all.filter(({ sources }) => sources.agree && !isWithinShare(sources)).length;
  return html`<h3>Do two sources agree on the CPU?</h3><p class="note">Every cost here is by the source named first; another one is to say the same within 5 %. ${apart + coarse === 0 ? 'All of them do' : ''}${apart === 0 ? '' : html`<strong>${count(apart)} of ${count(all.length)} do not</strong>`}${apart > 0 && coarse > 0 ? '; ' : ''}${coarse === 0 ? '' : `${count(coarse)} of ${count(all.length)} cannot tell: what ticks of 10 ms and the moment between two readings make is more than they differ by`}.</p>${tableOrFold(
    {
      caption: 'CPU over all rounds by two sources',
      columns: [
        { title: 'Variant' },
        { title: 'Whose' },
        { title: 'Source used' },
        { title: 'CPU, ms', numeric: true },
        { title: 'Second source' },
        { title: 'CPU, ms', numeric: true },
        { title: 'Difference, %', numeric: true },
        { title: 'Agree' },
      ],
      rows: all.map(({ name, who, sources }) => [
        nameCell(name),
        neutralise(who, 40),
        neutralise(sources.used, 40),
        figureCell(sources.usedMs),
        neutralise(sources.other, 40),
        figureCell(sources.otherMs),
        figureCell(sources.difference === undefined ? undefined : 100 * sources.difference),
        agreement(sources),
      ]),
    },
  )}`;
}

function isWithinShare({ usedMs, otherMs }: CpuSources): boolean {
  return Math.abs(usedMs - otherMs) <= agreementShare * usedMs;
}

/** What is rounded more coarsely than it differs proves nothing, and is not told as agreement. */
function agreement(sources: CpuSources): Cell {
  if (!sources.agree) return toneCell('warning', 'no');
  if (isWithinShare(sources)) return toneCell('good', 'yes');
  return `cannot tell: rounded by up to ${duration(sources.grainMs)}`;
}

function schedule({ variants }: Result): Markup | null {
  const rounds = variants.flatMap((variant) => variant.rounds.map((round) => ({ variant, round })));
  if (rounds.length === 0) return null;
  const number = (title: string) => ({ title, numeric: true });
  return html`<h3>Did the generator keep its schedule?</h3><p class="note">Schedule error: actual minus scheduled start. Where it is as large as the latencies, they measure the generator.</p>${tableOrFold(
    {
      caption: 'The generator in each round',
      columns: [
        { title: 'Variant' },
        ...[
          'Round',
          'Measured as',
          'Took',
          'Schedule error p50, ms',
          'p99, ms',
          'max, ms',
          'Loop lag p99, ms',
          'Missed',
          'CPU per attempt, ms',
        ].map(number),
        { title: 'Round was' },
      ],
      rows: rounds.map(({ variant, round }) => [
        nameCell(variant.name),
        countCell(round.index + 1),
        countCell(round.order + 1),
        { show: duration(round.elapsedMs), value: round.elapsedMs },
        figureCell(round.generator.scheduleErrorMs?.p50),
        figureCell(round.generator.scheduleErrorMs?.p99),
        figureCell(round.generator.scheduleErrorMs?.max),
        figureCell(round.generator.eventLoopLagMs?.p99),
        countCell(round.accounting.missedArrivals),
        figureCell(round.generator.cpuMsPerAttempt),
        round.complete
          ? toneCell('good', 'whole')
          : toneCell('warning', neutralise(round.interruption ?? 'cut short', 80)),
      ]),
    },
  )}`;
}

function machine(result: Result): Markup | null {
  const figure = machineFigure(result);
  return figure === null ? null : renderFigure(figure);
}

function calibration({ environment }: Result): Markup | null {
  const entries = Object.entries(environment.calibration);
  if (entries.length === 0) return null;
  return html`<h3>How fast is this machine?</h3><p class="note">Measured before the run, the median of short batches: the yardstick when results of two days or two machines lie side by side.</p>${tableOrFold(
    {
      caption: 'Calibration',
      columns: [{ title: 'Operation' }, { title: 'µs each', numeric: true }],
      rows: entries.map(([name, value]) => [nameCell(calibrationNames.get(name) ?? name), figureCell(value)]),
    },
  )}`;
}

/** A table that would fill screens is folded. */
function tableOrFold(table: Table): Markup {
  return table.rows.length > 15 ? foldedTable(table) : renderTable(table);
}
