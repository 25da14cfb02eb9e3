import { html, type Markup, trusted } from '../markup.ts';

/** At most this many series share a panel; with more, each has a panel of its own and all share one scale. */
export const seriesPerPanel = 5;

/** Colour, dash and marker of the n-th thing. The first five differ in all three; later ones differ from those in dash or marker. */
export type SeriesStyle = { className: string; marker: string };

export function seriesStyle(index: number): SeriesStyle {
  const colour = index % 5;
  const lap = Math.floor(index / 5);
  const dash = (index + lap) % 5;
  return { className: `series-${colour} dash-${dash}`, marker: `marker-${(index + 2 * lap) % 5}` };
}

/** The shapes of the markers, once a page; `<use>` places them by percentages. */
export function markerShapes(): Markup {
  const shapes = [
    'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z',
    'M-4-4h8v8h-8z',
    'M0-5.6L5.6 0L0 5.6L-5.6 0z',
    'M0-5.2L5.2 4H-5.2z',
    'M-5.2-4H5.2L0 5.2z',
  ];
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true" focusable="false"><defs>${shapes.map(
    (shape, i) => html`<path id="marker-${i}" d="${trusted(shape)}"/>`,
  )}<path id="tick" d="M0-7V7"/></defs></svg>`;
}
