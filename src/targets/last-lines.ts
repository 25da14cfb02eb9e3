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
