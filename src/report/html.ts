import type { ReportFormat } from './format.ts';
import { renderPage } from './html/page.ts';

/** The page that people look at: one file, no network, readable without JavaScript. */
export const htmlFormat: ReportFormat = {
  format: 'html',
  fileName: 'report.html',
  render: (result) => renderPage(result).source,
};
