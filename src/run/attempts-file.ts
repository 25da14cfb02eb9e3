import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { csvCell } from '../report/html/csv.ts';
import type { RecordedAttempt } from '../storm/order.ts';
import { RunError } from './run-error.ts';

const header = [
  'variant',
  'round',
  'cohort',
  'identity',
  'scheduled_ms',
  'started_ms',
  'connected_ms',
  'secured_ms',
  'ended_ms',
  'outcome',
  'detail',
  'bytes_sent',
  'bytes_received',
];
const linesAtOnce = 2000;

/**
 * `attempts.csv`: every attempt of every round in a row of its own (RFC 4180), written between the rounds and given its name at the end.
 * Times are milliseconds from the start of the round, empty where there is none; identities count from 0 within their cohort.
 */
export class AttemptsFile {
  readonly #path: string;
  readonly #unfinished: string;
  readonly #file: number;
  readonly #forget = () => rmSync(this.#unfinished, { force: true });
  #failure: unknown;

  /** `dir` is there. */
  constructor(dir: string) {
    this.#path = join(dir, 'attempts.csv');
    this.#unfinished = join(dir, `.attempts-${process.pid}.csv`);
    this.#file = openSync(this.#unfinished, 'w', 0o644);
    // A run that breaks off without a result leaves nothing of it either.
    process.once('exit', this.#forget);
    this.#write([header.join(',')]);
  }

  /** `round` counts from 0. What the disk does not take is told by `close`, when the result has been written. */
  add(
    variant: string,
    round: number,
    cohorts: readonly { name: string }[],
    attempts: Iterable<RecordedAttempt>,
  ): void {
    const place = `${csvText(variant)},${round + 1}`;
    const names = cohorts.map(({ name }) => csvText(name));
    let lines: string[] = [];
    for (const attempt of attempts) {
      lines.push(`${place},${names[attempt.cohort] ?? ''},${cells(attempt)}`);
      if (lines.length < linesAtOnce) continue;
      this.#write(lines);
      lines = [];
    }
    if (lines.length > 0) this.#write(lines);
  }

  /** Throws RunError `output` where not everything could be written. */
  close(): void {
    closeSync(this.#file);
    if (this.#failure === undefined) {
      renameSync(this.#unfinished, this.#path);
      process.off('exit', this.#forget);
      return;
    }
    const reason = this.#failure instanceof Error ? this.#failure.message : String(this.#failure);
    throw new RunError(
      'output',
      `${this.#path} could not be written (${reason}); the other files of the run are there`,
    );
  }

  #write(lines: readonly string[]): void {
    if (this.#failure !== undefined) return;
    try {
      writeSync(this.#file, lines.map((line) => `${line}\r\n`).join(''));
    } catch (error) {
      this.#failure = error;
    }
  }
}

function cells(attempt: RecordedAttempt): string {
  const { identity, scheduledMs, startedMs, connectedMs, securedMs, endedMs } = attempt;
  const times = [scheduledMs, startedMs, connectedMs, securedMs, endedMs].map(milliseconds);
  const { outcome, detail, bytesSent, bytesReceived } = attempt;
  return [identity, ...times, outcome, csvText(detail), bytesSent, bytesReceived].join(',');
}

/** To the microsecond, as the histograms have it. */
function milliseconds(value: number): string {
  return Number.isNaN(value) ? '' : String(Math.round(value * 1000) / 1000);
}

/** Quoted where it has to be. */
function csvText(text: string): string {
  const cell = csvCell(text);
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
