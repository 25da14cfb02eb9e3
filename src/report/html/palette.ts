/**
 * The page's colours. The five series colours keep a contrast of 3:1 on their background and stay apart under the three kinds of colour
 * blindness; the status colours are none of them and never come without a word and a glyph. `heat` (behind text) and `density` (of heat maps) are
 * one hue each, lightness monotone.
 */
export type Palette = Readonly<Record<ColourName, string>> & {
  readonly series: readonly string[];
  readonly heat: readonly string[];
  readonly density: readonly string[];
};

type ColourName =
  | 'page'
  | 'surface'
  | 'raised'
  | 'ink'
  | 'muted'
  | 'line'
  | 'grid'
  | 'link'
  | 'good'
  | 'good-surface'
  | 'warning'
  | 'warning-surface'
  | 'bad'
  | 'bad-surface';

export const light: Palette = {
  page: '#ffffff',
  surface: '#f5f7fa',
  raised: '#ffffff',
  ink: '#161b24',
  muted: '#535d6e',
  line: '#cfd6e0',
  grid: '#e4e8ee',
  link: '#1d4fb8',
  good: '#10693a',
  'good-surface': '#e8f5ed',
  warning: '#7d4f00',
  'warning-surface': '#fdf3dd',
  bad: '#b1201a',
  'bad-surface': '#fdecea',
  series: ['#5790f6', '#924f02', '#0d787b', '#5b2457', '#9e8e1a'],
  heat: ['#f6f8fb', '#eef2f9', '#e4ebf7', '#d9e3f5', '#cbd9f2'],
  density: ['#dbe6fb', '#b4cbf6', '#86abee', '#5787dc', '#2f62b8', '#173c80'],
};

export const dark: Palette = {
  page: '#14181f',
  surface: '#1b212b',
  raised: '#202733',
  ink: '#e9edf3',
  muted: '#a6b0c0',
  line: '#3a4454',
  grid: '#2a323f',
  link: '#9dbbff',
  good: '#6fd69a',
  'good-surface': '#15301f',
  warning: '#f2c15c',
  'warning-surface': '#33270d',
  bad: '#ff958c',
  'bad-surface': '#3a1a19',
  series: ['#82a1fb', '#ed803c', '#51fafa', '#8d6086', '#fdde00'],
  heat: ['#1a212b', '#1f2834', '#242f3f', '#29374c', '#2f405a'],
  density: ['#22304a', '#2b426c', '#365a97', '#4878c0', '#6f9be0', '#a9c6f7'],
};

/** The palette as custom properties of the style sheet. */
export function customProperties({ series, heat, density, ...colours }: Palette): string {
  return [
    ...Object.entries(colours).map(([name, colour]) => `--${name}:${colour}`),
    ...series.map((colour, i) => `--series-${i}:${colour}`),
    ...heat.map((colour, i) => `--heat-${i}:${colour}`),
    ...density.map((colour, i) => `--density-${i}:${colour}`),
  ].join(';');
}
