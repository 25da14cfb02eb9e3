import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';

const maxLines = 20;
const maxLineLength = 500;

/** Keeps the last lines of a process's stderr, to be told when it dies; the returned function gives them, oldest first. */
export function keepLastLines(stream: Readable): () => string[] {
  let lines: string[] = [];
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = (parts.pop() ?? '').slice(0, maxLineLength);
    lines = [...lines, ...parts.map((line) => line.slice(0, maxLineLength))].slice(-maxLines);
  });
  return () => (rest === '' ? lines : [...lines, rest].slice(-maxLines));
}

/** The same of a file that a process has written its stderr to: its last lines that are not empty. */
export function lastLinesOf(file: string): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    // It never came to writing anything.
    return [];
  }
  try {
    const { size } = fstatSync(descriptor);
    const tail = Buffer.alloc(Math.min(size, maxLines * maxLineLength));
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    const lines = tail
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    return lines.slice(-maxLines).map((line) => line.slice(0, maxLineLength));
  } finally {
    closeSync(descriptor);
  }
}
