import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { renderHistory } from '../report/html/history-page.ts';
import { renderPage } from '../report/html/page.ts';
import { combineResults, formats, historyOf } from '../report/index.ts';
import { readResult } from '../result/read.ts';
import { ResultError } from '../result/result-error.ts';
import type { Result } from '../result/schema.ts';
import { writeFileAtomically } from '../result/write.ts';
import { prepareOutput } from '../run/output.ts';
import { checkFormats } from './report-formats.ts';
import { serveReport } from './report-server.ts';
import { stopOnSignals } from './signals.ts';
import { UsageError } from './usage-error.ts';

export type ReportFlags = { format: string[]; out?: string; serve?: true; port: number; history?: string };

/** `certstorm report RESULT…`: the reports of one result, of several in one, or of a metric over many; also years later. */
export async function report(files: string[], flags: ReportFlags): Promise<void> {
  if (flags.history !== undefined) return history(flags.history, files, flags);
  if (files.length === 0) throw new UsageError("name the result.json in a run's folder, or --history DIR");
  checkFormats(flags.format);
  if (flags.serve === true) return serve(files, flags);
  const result = await readAll(files);
  const [first = ''] = files;
  if (files.length > 1 && flags.out === undefined)
    throw new UsageError('several results need a folder of their own for their report: --out DIR');
  const out = prepareOutput(flags.out ?? dirname(first));
  const wanted = formats.filter(({ format, fileName, onRequest, fits }) =>
    flags.format.length > 0
      ? flags.format.includes(format)
      : onRequest !== true && fits?.(result) !== false && (files.length > 1 || fileName !== 'result.json'),
  );
  for (const { fileName, render } of wanted) write(join(out, fileName), render(result));
}

async function readAll(files: readonly string[]): Promise<Result> {
  const results: { name: string; result: Result }[] = [];
  for (const [i, file] of files.entries())
    results.push({ name: nameOf(files, i), result: await readResult(file) });
  return combineResults(results);
}

/** The folder of a `result.json`, the file's own name otherwise; with a number where two are called the same. */
function nameOf(files: readonly string[], index: number): string {
  const own = files.map((file) => {
    const name = basename(file, '.json');
    return name === 'result' ? basename(dirname(resolve(file))) : name;
  });
  const name = own[index] ?? '';
  return own.filter((other) => other === name).length > 1 ? `${name} ${index + 1}` : name;
}

async function serve(files: readonly string[], { port }: ReportFlags): Promise<void> {
  const render = async () => renderPage(await readAll(files), { served: true }).source;
  const { address, close } = await serveReport(files, render, port);
  process.stdout.write(`${address} shows ${files.join(', ')} and reloads when it changes; Ctrl-C ends it\n`);
  const { signal, release } = stopOnSignals(() => undefined);
  await new Promise<void>((done) => {
    signal.addEventListener('abort', () => done(), { once: true });
  });
  await close();
  release();
}

/** Results of any folder below DIR. What is no result is passed over, and how many were is said. */
async function history(dir: string, files: readonly string[], { out }: ReportFlags): Promise<void> {
  if (files.length > 0)
    throw new UsageError('--history takes its results from its folder: name no RESULT beside it');
  const results: Result[] = [];
  const passedOver: string[] = [];
  for (const file of await jsonFiles(dir)) {
    try {
      results.push(await readResult(file));
    } catch (error) {
      if (!(error instanceof ResultError)) throw error;
      passedOver.push(error.message);
    }
  }
  if (results.length < 2)
    throw new UsageError(
      `a history needs two results or more, and below ${dir} there ${results.length === 1 ? 'is one' : 'is none'}`,
    );
  const path = join(prepareOutput(out ?? dir), 'history.html');
  write(path, renderHistory(historyOf(results), results.length).source);
  if (passedOver.length > 0)
    process.stderr.write(
      `${passedOver.length} other JSON files were passed over, for example: ${passedOver[0]}\n`,
    );
}

async function jsonFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(
      `${dir} can't be read as a folder (${error instanceof Error ? error.message : String(error)})`,
    );
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function write(path: string, text: string): void {
  writeFileAtomically(path, text);
  process.stdout.write(`${path}\n`);
}
