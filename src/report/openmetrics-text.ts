import { neutralise } from './words/text.ts';

/** OpenMetrics 1.0 text: base units (seconds, bytes, ratios), counters end in `_total`, and the text ends in `# EOF`. */
export type Labels = Readonly<Record<string, string>>;
export type Sample = { suffix?: string; labels: Labels; value: number };
export type Family = {
  name: string;
  type: 'gauge' | 'counter' | 'summary' | 'info';
  unit?: string;
  help: string;
  samples: Sample[];
};

/** Names that strangers chose stand in labels, where they are made inert; families without a sample are left out. */
export function renderFamilies(families: readonly Family[]): string {
  return `${families
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join('')}# EOF\n`;
}

export function gauge(name: string, help: string, samples: Sample[], unit?: string): Family {
  return { name, type: 'gauge', help, samples, ...(unit === undefined ? {} : { unit }) };
}

export function counter(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'counter', help, samples: samples.map((sample) => ({ ...sample, suffix: '_total' })) };
}

export function summary(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'summary', unit: 'seconds', help, samples };
}

export function info(name: string, help: string, samples: Sample[]): Family {
  return { name, type: 'info', help, samples };
}

function renderFamily({ name, type, unit, help, samples }: Family): string {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...series(samples, type).map(([labels, value]) => `${name}${labels} ${value}`),
    '',
  ].join('\n');
}

/** Two samples whose labels read the same would be one series told twice, which no parser takes: counts are added up, else the first stands. */
function series(samples: readonly Sample[], type: Family['type']): [string, number][] {
  const values = new Map<string, number>();
  for (const { suffix = '', labels, value } of samples) {
    const name = `${suffix}${renderLabels(labels)}`;
    const before = values.get(name);
    const adds = type === 'counter' || suffix === '_count' || suffix === '_sum';
    if (before === undefined) values.set(name, value);
    else if (adds) values.set(name, before + value);
  }
  return [...values];
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${labelValue(value)}"`);
  return `{${pairs.join(',')}}`;
}

/** A line feed, a quote or a backslash would end the value; other control characters are shown as symbols. */
function labelValue(value: string): string {
  return neutralise(value, 200).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
