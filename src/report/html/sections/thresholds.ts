import type { Result } from '../../../result/index.ts';
import { figureCell, nameCell, toneCell } from '../cells.ts';
import type { Markup } from '../markup.ts';
import { renderTable } from '../table.ts';

/** What was asked of the metrics, and whether they kept to it; null where nothing was asked. */
export function thresholdsTable({ thresholds, variants }: Result): Markup | null {
  if (thresholds.length === 0) return null;
  const several = variants.length > 1;
  // Failed ones first: they are what a reader looks for.
  const sorted = thresholds.toSorted((a, b) => Number(a.passed) - Number(b.passed));
  return renderTable({
    caption: 'Thresholds',
    columns: [
      { title: 'Threshold' },
      ...(several ? [{ title: 'Variant' }] : []),
      { title: 'Observed', numeric: true },
      { title: 'Limit', numeric: true },
      { title: 'Unit' },
      { title: 'Verdict' },
    ],
    rows: sorted.map(({ expression, variant, observed, limit, unit, passed }) => [
      nameCell(expression, 100),
      ...(several ? [nameCell(variant)] : []),
      figureCell(observed ?? undefined),
      figureCell(limit),
      nameCell(unit, 20),
      passed
        ? toneCell('good', 'kept')
        : toneCell('bad', observed === null ? 'no such figure in this run' : 'failed'),
    ]),
  });
}
