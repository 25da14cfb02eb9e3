import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { ResultError } from './result-error.ts';
import { type Result, resultSchema } from './schema.ts';
import { isCutShort } from './truncation.ts';

/** Larger files are refused unread: a result has a few kB a cohort, and JSON.parse holds the whole text in memory. */
export const maxResultBytes = 250_000_000;

const schemaName = 'certstorm/result@1';

/**
 * Reads a result.json of this version. What a later version has added beside the known fields is passed on.
 *
 * @throws ResultError, one sentence each, for a file that is missing, unreadable, too large, empty, not JSON, cut in the middle, of
 * another schema version, of another program, or not in the form that its schema promises.
 */
export async function readResult(file: string): Promise<Result> {
  const text = await readText(file);
  if (text.trim() === '')
    throw new ResultError('result-empty', `${file} is empty; run the scenario again to make a new result.`);
  return checkResult(file, parse(file, text));
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxResultBytes) {
      const megabytes = Math.ceil(size / 1e6);
      throw new ResultError(
        'result-too-large',
        `${file} is ${megabytes} MB large, more than the ${maxResultBytes / 1e6} MB that a result may have; ` +
          'check that it is the result.json of a run.',
      );
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof ResultError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new ResultError(
        'result-missing',
        `${file} does not exist; name the result.json in a run's folder.`,
        {
          cause: error,
        },
      );
    const reason = error instanceof Error ? error.message : String(error);
    throw new ResultError('result-unreadable', `${file} can't be read: ${reason}.`, { cause: error });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (isCutShort(text))
      throw new ResultError(
        'result-cut',
        `${file} ends in the middle after ${text.length} characters, so a part of it is lost; ` +
          'copy it again from where it was made, or run the scenario again.',
        { cause: error },
      );
    throw new ResultError('result-not-json', `${file} is not JSON; name the result.json in a run's folder.`, {
      cause: error,
    });
  }
}

function checkResult(file: string, value: unknown): Result {
  const schema = field(value, 'schema');
  if (typeof schema !== 'string' || !schema.startsWith('certstorm/result@'))
    throw new ResultError(
      'result-foreign',
      `${file} is JSON but no certstorm result (it has no "schema": "${schemaName}").`,
    );
  if (schema !== schemaName) throw otherVersion(file, schema, value);
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success)
    throw new ResultError(
      'result-malformed',
      `${file} says it is ${schemaName} but is not in that form: ${describeIssues(parsed.error)}.`,
      { cause: parsed.error },
    );
  // The value itself and not zod's copy, which has its keys in the schema's order: reports made now and later are equal to the byte.
  return value as Result;
}

function otherVersion(file: string, schema: string, value: unknown): ResultError {
  const writer = field(field(value, 'environment'), 'certstorm');
  const by = typeof writer === 'string' ? `certstorm ${oneLine(writer)}` : 'another version of certstorm';
  return new ResultError(
    'result-version',
    `${file} was written by ${by} as ${oneLine(schema)}, and this certstorm reads ${schemaName}; open it with the version that wrote it.`,
  );
}

function describeIssues(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return 'no detail';
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  const place = first.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  return `${oneLine(place.replace(/^\./, '') || 'the whole')}: ${oneLine(first.message)}${more}`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Text from a foreign file inside a message for the terminal: short, and without anything that steers one. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?').slice(0, 200);
}
