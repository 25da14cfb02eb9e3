import type { z } from 'zod';
import { durationPattern, guessDuration } from './duration.ts';
import { expectation, type FieldSchema, fieldAt, fieldPaths, properties } from './field-schema.ts';
import { valueAt } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { type Path, showValue } from './place.ts';

/** A mistake before it has a place. `part: 'key'` when the key is at fault and not its value. */
export type Fault = {
  path: Path;
  part?: 'key';
  message: string;
  expected: string;
  nearest?: string;
  missing?: true;
};

/** zod's issues, told in the words of the scenario. */
export function shapeFaults(issues: readonly z.core.$ZodIssue[], data: unknown, root: FieldSchema): Fault[] {
  return issues.flatMap((issue) => explain(issue, issue.path as Path, data, root));
}

function explain(issue: z.core.$ZodIssue, path: Path, data: unknown, root: FieldSchema): Fault[] {
  const value = valueAt(data, path);
  const field = fieldAt(root, path) ?? {};
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, field, root));
  if (
    issue.code === 'invalid_union' &&
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value)
  ) {
    const [, long = []] = issue.errors;
    return long.flatMap((inner) => explain(inner, [...path, ...(inner.path as Path)], data, root));
  }
  const expected = expectation(field);
  if (value === undefined) return [{ path, message: 'missing', expected, missing: true }];
  if (value === null) return [{ path, message: 'empty', expected }];
  return [{ path, ...explainValue(value, field, expected) }];
}

function explainValue(value: unknown, field: FieldSchema, expected: string): Omit<Fault, 'path'> {
  const words = field.enum ?? field.anyOf?.[0]?.enum;
  if (words !== undefined && typeof value === 'string') {
    const message = `unknown ${field.noun ?? 'word'} ${showValue(value)}`;
    return { message, expected, ...withNearest(nearestWord(value, words.map(String))) };
  }
  if (field.unit === 'duration') return explainDuration(value, expected);
  const numeric = field.type === 'integer' || field.type === 'number';
  if (numeric && typeof value === 'number') {
    const whole = field.type === 'integer' && Number.isFinite(value) && !Number.isInteger(value);
    const { minimum = -Infinity, maximum = Infinity } = field;
    const fault = whole
      ? 'is not a whole number'
      : value < minimum
        ? 'is too small'
        : value > maximum
          ? 'is too large'
          : 'is no number';
    return { message: `${value} ${fault}`, expected };
  }
  if (numeric && typeof value === 'string') {
    const bare = Number(value.replaceAll('_', ''));
    const mend = value.trim() !== '' && Number.isFinite(bare) ? String(bare) : undefined;
    const quotes = mend === value ? ', for it stands in quotes' : '';
    return { message: `${showValue(value)} is text${quotes}`, expected, ...withNearest(mend) };
  }
  if (field.type === 'boolean' && typeof value === 'string') {
    const mend = /^(?:yes|on|true)$/i.test(value)
      ? 'true'
      : /^(?:no|off|false)$/i.test(value)
        ? 'false'
        : undefined;
    return { message: `${showValue(value)} is text`, expected, ...withNearest(mend) };
  }
  if (field.type === 'array' && Array.isArray(value)) {
    if (value.length > 0) return { message: `${value.length} entries are too many`, expected };
    return {
      message: 'the list is empty',
      expected: field.maxItems === undefined ? 'at least one entry' : expected,
    };
  }
  if (field.type === 'array' && typeof value !== 'object') {
    return {
      message: `${showValue(value)} is not a list`,
      expected,
      ...withNearest(`[${String(value).slice(0, 40)}]`),
    };
  }
  if (field.type === 'string' && typeof value === 'string') {
    const { minLength = 0, maxLength = Infinity } = field;
    if (value.length > maxLength)
      return { message: `the text of ${value.length} characters is too long`, expected };
    if (value.length < minLength) return { message: 'the text is empty', expected };
    return { message: `${showValue(value)} does not fit`, expected };
  }
  return {
    message: `${showValue(value)} is ${kindOf(value)}`.replace(/^(a \w+) is \1$/, 'this is $1'),
    expected,
  };
}

function explainDuration(value: unknown, expected: string): Omit<Fault, 'path'> {
  if (typeof value === 'string' && durationPattern.test(value)) {
    return { message: `${showValue(value)} is no time at all`, expected: 'a duration above zero' };
  }
  const message = typeof value === 'number' ? `${value} has no unit` : `${showValue(value)} is no duration`;
  return { message, expected, ...withNearest(guessDuration(value)) };
}

function unknownKey(path: Path, key: string, field: FieldSchema, root: FieldSchema): Fault {
  const named = [field, ...(field.anyOf ?? [])].flatMap(({ propertyNames }) => propertyNames?.enum ?? []);
  const known = [...Object.keys(properties(field) ?? {}), ...named.map(String)];
  const listed = known.filter((name) => name !== '$schema');
  const elsewhere = fieldPaths(root).find(
    (candidate) => candidate.at(-1) === key && !candidate.includes('*'),
  );
  return {
    path: [...path, key],
    part: 'key',
    message: `unknown key ${showValue(key)}`,
    expected: `one of ${listed.join(', ')}`,
    ...withNearest(nearestWord(key, known) ?? elsewhere?.join('.')),
  };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'true or false';
}

function withNearest(nearest: string | undefined): { nearest?: string } {
  return nearest === undefined ? {} : { nearest };
}
