import type { Result } from '../../../result/index.ts';
import { accessMs, type LagFinding, lagsOf } from '../../findings/lag.ts';
import { lengthS, slicesOf } from '../../findings/slices.ts';
import { duration } from '../../words/numbers.ts';
import { label, neutralise } from '../../words/text.ts';
import { countCell, figureCell, nameCell, toneCell } from '../cells.ts';
import { linearAxis, logAxis, spanAxis } from '../charts/axis.ts';
import { panels, renderFigure } from '../charts/figure.ts';
import { renderKey } from '../charts/key.ts';
import { outcomeAreas, peakOf } from '../charts/outcome-areas.ts';
import { type Marker, renderPanel } from '../charts/panel.ts';
import { type Row, renderRows } from '../charts/rows.ts';
import { variantStyles } from '../charts/variant-style.ts';
import { html, type Markup } from '../markup.ts';
import type { Table } from '../table.ts';
import type { Lead } from './lead.ts';

/** How long a revoked client kept its access, a dumbbell for each variant, and what happened around the moment of revocation. */
export const revocationLagLead: Lead = {
  name: 'revocation-lag',
  fits: (result) => lagsOf(result).length > 0,
  render: (result) => {
    const all = lagsOf(result);
    return html`${renderFigure({
      title: 'How long does a revoked client keep its access?',
      note: 'Counted from the moment of revocation, for connections started after it. What lies at the left edge was over at once.',
      description: `A row for each of ${all.length} revocations with the first refusal and the last accept after the revocation.`,
      chart: dumbbells(result, all),
      table: lagTable(all),
    })}${renderFigure({
      title: 'What happened around the revocation?',
      note: 'The first round of each variant; the cohort holds clients that were not revoked too.',
      description: `Connections let in and turned away over time, ${all.length} panels.`,
      chart: [
        renderKey([
          { mark: 'solid', text: 'let in' },
          { mark: 'light', text: 'turned away' },
        ]),
        around(result, all),
      ],
      table: lagTable(all),
    })}`;
  },
};

function dumbbells(result: Result, all: readonly LagFinding[]): Markup {
  const styles = variantStyles(result);
  const values = all.flatMap(({ lag, rounds }) =>
    [lag, ...rounds].flatMap(({ firstRefusalMs, lastAcceptMs, lastCutMs }) => [
      firstRefusalMs ?? 0,
      lastAcceptMs ?? 0,
      lastCutMs ?? 0,
    ]),
  );
  const sessions = all.some(({ lag }) => lag.lastCutMs !== undefined);
  const severalRounds = all.some(({ rounds }) => rounds.length > 1);
  return renderRows(
    logAxis('milliseconds since the revocation, logarithmic', values),
    all.map((finding) => rowOf(finding, styles.of(finding.index))),
    [
      { mark: 'hollow', text: 'first refusal' },
      { mark: 'main', text: 'last accept' },
      ...(sessions ? [{ mark: 'tick' as const, text: 'last established session cut' }] : []),
      ...(severalRounds ? [{ mark: 'faint' as const, text: 'last accept of each round' }] : []),
    ],
    'let in for',
  );
}

function rowOf(
  { name, variant, cohort, index, lag, rounds, toTheEnd }: LagFinding,
  style: Pick<Row, 'className' | 'marker'>,
): Row {
  const { firstRefusalMs: first, lastAcceptMs: last, lastCutMs: cut } = lag;
  const access = accessMs(lag);
  return {
    name: variant.name,
    ...(name === variant.name ? {} : { detail: label(cohort, 30) }),
    ...style,
    of: { variant: index },
    ...(first === undefined || last === undefined
      ? {}
      : { range: [Math.min(first, last), Math.max(first, last)] as const }),
    points: [
      ...(cut === undefined
        ? []
        : [{ value: cut, kind: 'tick' as const, title: `${name}, last session cut after ${duration(cut)}` }]),
      ...(first === undefined
        ? []
        : [
            {
              value: first,
              kind: 'hollow' as const,
              title: `${name}, first refusal after ${duration(first)}`,
            },
          ]),
      ...(last === undefined
        ? []
        : [{ value: last, kind: 'main' as const, title: `${name}, last accept after ${duration(last)}` }]),
    ],
    ...(rounds.length > 1 ? { faint: rounds.flatMap(({ lastAcceptMs }) => lastAcceptMs ?? []) } : {}),
    text:
      access === undefined
        ? '✗ never refused'
        : access === 0
          ? 'not at all'
          : `${duration(access)}${toTheEnd ? ' (to the end)' : ''}`,
  };
}

/** All panels show the same seconds before and after, so that they can be laid over one another by eye. */
function around(result: Result, all: readonly LagFinding[]): Markup {
  const styles = variantStyles(result);
  const drawn = all.flatMap((finding) => {
    const [round] = finding.variant.rounds;
    if (round === undefined) return [];
    const slices = slicesOf(round, new Set([finding.cohort]));
    return [{ ...finding, round, slices, seconds: lengthS(round), atS: finding.lag.revokedAtMs / 1000 }];
  });
  const before = Math.max(0, ...drawn.map(({ atS }) => atS));
  const after = Math.max(0, ...drawn.map(({ seconds, atS }) => seconds - atS));
  const x = spanAxis('time since the revocation, s', -before, after);
  const y = linearAxis(
    'connections /s',
    Math.max(0, ...drawn.flatMap(({ slices }) => slices.map(peakOf))),
    4,
  );
  return panels(
    drawn.map(({ variant, index, cohort, slices, seconds, atS, lag }) =>
      renderPanel({
        title: label(variant.name, 34),
        detail: label(cohort, 20),
        x,
        y,
        lines: [],
        height: 120,
        of: { variant: index },
        areas: outcomeAreas(styles.of(index).className, slices, seconds, x, y, atS),
        markers: [{ at: x.position(0), label: 'revoked' }, ...cutMarker(lag.lastCutMs, x.position)],
      }),
    ),
  );
}

function cutMarker(cutMs: number | undefined, position: (value: number) => number): Marker[] {
  if (cutMs === undefined) return [];
  const at = position(cutMs / 1000);
  // Close to the revocation itself the two words would stand on one another.
  return Math.abs(at - position(0)) < 0.25 ? [] : [{ at, label: 'sessions cut' }];
}

function lagTable(all: readonly LagFinding[]): Table {
  return {
    caption: 'Revocation in mid-round',
    columns: [
      { title: 'Variant' },
      { title: 'Cohort' },
      { title: 'Verdict' },
      ...[
        'Revoked',
        'Attempts after',
        'of them let in',
        'First refusal, ms',
        'Last accept, ms',
        'Sessions cut',
        'First cut, ms',
        'Last cut, ms',
        'Sessions that lived on',
        'Slowest connect meanwhile, ms',
        'Bytes a device and hour',
      ].map((title) => ({ title, numeric: true })),
    ],
    rows: all.map((finding) => [
      nameCell(finding.variant.name),
      nameCell(neutralise(finding.cohort, 40)),
      verdict(finding),
      countCell(finding.lag.identities),
      countCell(finding.lag.attemptsAfter),
      countCell(finding.lag.acceptedAfter),
      figureCell(finding.lag.firstRefusalMs),
      figureCell(finding.lag.lastAcceptMs),
      countCell(finding.lag.sessionsCut),
      figureCell(finding.lag.firstCutMs),
      figureCell(finding.lag.lastCutMs),
      countCell(finding.lag.sessionsKept),
      figureCell(finding.slowestMs),
      figureCell(finding.variant.target.revocation?.bytesPerDeviceHour),
    ]),
  };
}

function verdict(finding: LagFinding) {
  const { lag } = finding;
  const access = accessMs(lag);
  if (access === undefined) return toneCell('bad', 'never refused');
  if (finding.toTheEnd) return toneCell('bad', 'let in to the end');
  if ((lag.sessionsKept ?? 0) > 0) return toneCell('warning', 'sessions lived on');
  return access === 0 ? toneCell('good', 'refused at once') : toneCell('plain', 'refused later');
}
