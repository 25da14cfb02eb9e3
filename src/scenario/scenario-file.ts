import { open } from 'node:fs/promises';
import { ScenarioError } from './scenario-error.ts';

/** Larger than any scenario; a file beyond it is something else. */
const maxBytes = 2 ** 20;

/**
 * The text of a scenario file, without byte order mark. Throws ScenarioError with one sentence when there is no such file, when it is a
 * folder, is empty, is larger than 1 MiB, or is no UTF-8 text.
 */
export async function readScenarioFile(file: string): Promise<string> {
  const bytes = await readUpTo(file, maxBytes + 1);
  if (bytes.length > maxBytes)
    throw refuse(file, 'the file is larger than 1 MiB', 'a scenario of a few kilobytes');
  if (bytes.includes(0)) throw refuse(file, 'the file is binary', 'YAML or JSON as UTF-8 text');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse(file, 'the file is not UTF-8 text', 'YAML or JSON as UTF-8 text');
  }
  if (text.trim() === '')
    throw refuse(file, 'the file is empty', "a scenario; 'certstorm init' writes one to start from");
  return text;
}

async function readUpTo(file: string, limit: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file, 'r');
    if ((await handle.stat()).isDirectory()) throw refuse(file, 'this is a folder', 'a scenario file');
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length < limit) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(64 * 1024));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw refuse(file, 'there is no such file', "a scenario; 'certstorm init' writes one to start from");
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw refuse(file, 'the file may not be read', 'read permission for the user who runs certstorm');
    }
    throw refuse(file, `the file cannot be read (${code})`, 'a readable scenario file');
  }
}

function refuse(file: string, message: string, expected: string): ScenarioError {
  return new ScenarioError([{ file, line: null, column: null, path: '', message, expected }]);
}
