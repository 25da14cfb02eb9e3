import { createHash } from 'node:crypto';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { Result } from '../result/index.ts';
import type { ReportFormat } from './format.ts';

/**
 * An HdrHistogram log, version 1.3, for HistogramLogAnalyzer, hdr-plot and others of its kind. One line for each histogram, tagged
 * `variant/cohort/metric`; values are microseconds, Interval_Max is milliseconds.
 */
export const hlogFormat: ReportFormat = { format: 'hlog', fileName: 'histograms.hlog', render };

function render(result: Result): string {
  const startMs = time(result.startedAt);
  const lengthS = Math.max(0, time(result.finishedAt) - startMs) / 1000;
  const lines = result.variants.flatMap((variant) =>
    variant.cohorts.flatMap((cohort) =>
      Object.entries(cohort.histograms).flatMap(([metric, base64]) => {
        const maxMs = maximumMs(base64);
        const tag = [variant.name, cohort.name, metric].map(tagPart).join('/');
        return maxMs === null ? [] : [`Tag=${tag},0.000,${lengthS.toFixed(3)},${maxMs.toFixed(3)},${base64}`];
      }),
    ),
  );
  return `${[
    '#[Logged by certstorm; values are microseconds, Interval_Max is milliseconds]',
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${(startMs / 1000).toFixed(3)} (seconds since epoch), ${new Date(startMs).toISOString()}]`,
    `#[BaseTime: ${(startMs / 1000).toFixed(3)} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
  ].join('\n')}\n`;
}

function time(iso: string): number {
  const value = Date.parse(iso);
  return Number.isNaN(value) ? 0 : value;
}

/** A tag ends at a comma and a line at its end, so everything but plain characters is percent-encoded. Long names end in a hash. */
function tagPart(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replace(/[!'()*]/g, percentEncoded);
  if (encoded.length <= longestPart) return encoded;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${encoded.slice(0, longestPart).replace(/%.?$/, '')}~${hash}`;
}

const longestPart = 100;

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Milliseconds; null for a text that is no histogram, which a log must not hold. */
function maximumMs(base64: string): number | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  try {
    return decodeFromCompressedBase64(base64).maxValue / 1000;
  } catch {
    return null;
  }
}
