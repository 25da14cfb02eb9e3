import { label as shortLabel } from '../../words/text.ts';
import { html, type Markup } from '../markup.ts';
import { belonging } from './belonging.ts';
import type { Line } from './panel.ts';

/** Pixels from one label to the next. */
const lineHeight = 15;
const characterWidth = 7.4;

/** Labels at the ends of the lines, pushed apart where lines end close together; nothing where no line has a label. */
export function endLabels(
  lines: readonly Line[],
  down: (share: number) => number,
  total: number,
): Markup | null {
  const labels = lines.flatMap(({ className, label, points, of = {} }) => {
    const end = points.at(-1);
    return label === undefined || end === undefined
      ? []
      : [{ className, of, text: shortLabel(label, 20), y: down(end[1]) }];
  });
  if (labels.length === 0) return null;
  const placed = spread(
    labels.toSorted((a, b) => a.y - b.y),
    total - 24,
  );
  const width = Math.ceil(Math.max(...placed.map(({ text }) => [...text].length)) * characterWidth) + 10;
  return html`<svg class="side" width="${width}" height="${total}" aria-hidden="true">${placed.map(
    ({ className, of, text, y }) =>
      html`<text class="end ${className}"${belonging(of)} x="8" y="${Math.round(y) + 4}">${text}</text>`,
  )}</svg>`;
}

/** Downwards so that none covers the one above, then upwards where the last ones would leave the plot. */
export function spread<T extends { y: number }>(sorted: readonly T[], bottom: number): T[] {
  const placed: T[] = [];
  for (const item of sorted)
    placed.push({ ...item, y: Math.max(item.y, (placed.at(-1)?.y ?? -Infinity) + lineHeight) });
  let limit = bottom;
  return placed
    .toReversed()
    .map((item) => {
      const y = Math.min(item.y, limit);
      limit = y - lineHeight;
      return { ...item, y };
    })
    .toReversed();
}
