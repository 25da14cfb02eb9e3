import { serialiseResult } from '../result/index.ts';
import type { ReportFormat } from './format.ts';

/** The result itself, as `writeResult` writes it. JSON escapes what is in its strings. */
export const jsonFormat: ReportFormat = {
  format: 'json',
  fileName: 'result.json',
  render: serialiseResult,
};
