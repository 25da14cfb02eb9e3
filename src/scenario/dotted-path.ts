import { type FieldSchema, fieldAt, fieldPaths, properties } from './field-schema.ts';
import { valueAt } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { type Path, showValue } from './place.ts';

export type PathFault = { message: string; expected: string; nearest?: string };

/** What a variant may change: everything that describes the experiment, nothing that describes the run as a whole. */
const variantRoots = ['corpus', 'target', 'broker', 'services', 'events', 'load', 'cohorts'];
/** What a flag may change besides. */
const flagRoots = ['name', 'description', 'seed', 'rounds', 'compare', 'thresholds', ...variantRoots];

/**
 * Finds the field that a dotted path names (`target.revocation`, `cohorts.revoked.expect`, `cohorts[2].weight`). Entries of lists go by
 * their index, cohorts by their name as well. `data` is the scenario that the path is to be applied to.
 */
export function resolvePath(
  text: string,
  root: FieldSchema,
  data: unknown,
  purpose: 'flag' | 'variant',
): { path: Path } | PathFault {
  const roots = purpose === 'flag' ? flagRoots : variantRoots;
  const parts = text
    .trim()
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.');
  const path: (string | number)[] = [];
  for (const [depth, part] of parts.entries()) {
    const field = fieldAt(root, path);
    const here = path.join('.');
    if (field?.items !== undefined) {
      const index = entryIndex(part, valueAt(data, path));
      if (typeof index !== 'number') {
        const message = `there is no ${field.noun ?? 'entry'} ${showValue(part)} in ${here}`;
        return {
          message,
          expected: index.expected,
          ...near(part, index.known, `${here}.`, parts.slice(depth + 1)),
        };
      }
      path.push(index);
      continue;
    }
    const keys = Object.keys((field && properties(field)) ?? {}).filter(
      (key) => depth > 0 || roots.includes(key),
    );
    if (!keys.includes(part)) return unknownField(text, part, parts, path, keys, root, roots);
    path.push(part);
  }
  if (purpose === 'variant') {
    if (path[0] === 'cohorts' && path.length < 3) {
      return {
        message: `${showValue(text)} is not one field`,
        expected: 'one field of a cohort, such as cohorts.good.weight',
      };
    }
    if (path[0] === 'cohorts' && path[2] === 'name') {
      return {
        message: 'the name of a cohort is the same in all variants',
        expected: 'another field of the cohort',
      };
    }
  }
  return { path };
}

function unknownField(
  text: string,
  part: string,
  parts: readonly string[],
  path: Path,
  keys: readonly string[],
  root: FieldSchema,
  roots: readonly string[],
): PathFault {
  const here = path.length === 0 ? '' : `${path.join('.')}.`;
  const expected =
    keys.length === 0
      ? `the path to end at ${path.join('.')}`
      : `one of ${keys.map((key) => here + key).join(', ')}`;
  const direct = near(part, keys, here, parts.slice(path.length + 1));
  if (direct.nearest !== undefined || keys.length === 0)
    return { message: `unknown field ${showValue(text)}`, expected, ...direct };
  // `--set rate=5`: the last word may be right and only its place forgotten.
  const last = parts.at(-1);
  const elsewhere = fieldPaths(root).find(
    (known) => known.at(-1) === last && !known.includes('*') && roots.includes(known[0] ?? ''),
  );
  return {
    message: `unknown field ${showValue(text)}`,
    expected,
    ...(elsewhere === undefined ? {} : { nearest: elsewhere.join('.') }),
  };
}

function near(
  part: string,
  known: readonly string[],
  before: string,
  after: readonly string[],
): { nearest?: string } {
  const word = nearestWord(part, known);
  return word === undefined ? {} : { nearest: [`${before}${word}`, ...after].join('.') };
}

function entryIndex(part: string, list: unknown): number | { expected: string; known: string[] } {
  const entries = Array.isArray(list) ? list : [];
  const names = entries.map((entry) => valueAt(entry, ['name']));
  const named = names.indexOf(part);
  if (named >= 0) return named;
  if (/^\d+$/.test(part) && Number(part) < entries.length) return Number(part);
  const known = names.filter((name) => typeof name === 'string');
  const indices =
    entries.length === 0 ? 'no entry, for the list is empty' : `an index from 0 to ${entries.length - 1}`;
  return {
    expected: known.length === 0 ? indices : `one of ${known.map(showPlain).join(', ')}, or ${indices}`,
    known,
  };
}

function showPlain(name: string): string {
  return showValue(name).slice(1, -1);
}
