import { conformanceFormat } from './conformance.ts';
import { csvFormat } from './csv.ts';
import type { ReportFormat } from './format.ts';
import { githubFormat } from './github.ts';
import { gitlabFormat } from './gitlab.ts';
import { hlogFormat } from './hlog.ts';
import { htmlFormat } from './html.ts';
import { jsonFormat } from './json.ts';
import { junitFormat } from './junit.ts';
import { markdownFormat } from './markdown.ts';
import { openMetricsFormat } from './openmetrics.ts';
import { tapFormat } from './tap.ts';

export { combineResults, type NamedResult } from './combine.ts';
export type { ReportFormat } from './format.ts';
export { historyOf } from './history.ts';
export { renderTerminal, type TerminalStyle } from './terminal.ts';

/** Every form that a result can be told in. A new one is a file beside these and a line here. */
export const formats: readonly ReportFormat[] = [
  htmlFormat,
  markdownFormat,
  conformanceFormat,
  junitFormat,
  githubFormat,
  gitlabFormat,
  tapFormat,
  openMetricsFormat,
  csvFormat,
  hlogFormat,
  jsonFormat,
];
