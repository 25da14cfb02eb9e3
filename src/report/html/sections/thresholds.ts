import type { Result, ThresholdResult } from '../../../result/index.ts';
import { count } from '../../words/numbers.ts';
import { figureCell, nameCell, toneCell } from '../cells.ts';
import { html, type Markup } from '../markup.ts';
import { foldedTable, renderTable, type Table } from '../table.ts';

/** More thresholds than this stand folded, but for those that failed. */
const shown = 20;

/** What was asked of the metrics, and whether they kept to it, failed ones first; null where nothing was asked. */
export function thresholdsTable(result: Result): Markup | null {
  const failed = result.thresholds.filter(({ passed }) => !passed);
  const kept = result.thresholds.filter(({ passed }) => passed);
  if (result.thresholds.length === 0) return null;
  const several = result.variants.length > 1;
  if (result.thresholds.length <= shown)
    return renderTable(tableOf('Thresholds', [...failed, ...kept], several));
  return html`${failed.length > 0 && renderTable(tableOf('Thresholds that failed', failed, several))}${foldedTable(
    tableOf(`${count(kept.length)} thresholds that were kept`, kept, several),
  )}`;
}

function tableOf(caption: string, thresholds: readonly ThresholdResult[], several: boolean): Table {
  return {
    caption,
    columns: [
      { title: 'Threshold' },
      ...(several ? [{ title: 'Variant' }] : []),
      { title: 'Observed', numeric: true },
      { title: 'Limit', numeric: true },
      { title: 'Unit' },
      { title: 'Verdict' },
    ],
    rows: thresholds.map(({ expression, variant, observed, limit, unit, passed }) => [
      nameCell(expression, 100),
      ...(several ? [nameCell(variant)] : []),
      figureCell(observed ?? undefined),
      figureCell(limit),
      nameCell(unit, 20),
      passed
        ? toneCell('good', 'kept')
        : toneCell('bad', observed === null ? 'no such figure in this run' : 'failed'),
    ]),
  };
}
