import { resolvePath } from './dotted-path.ts';
import type { FieldSchema } from './field-schema.ts';
import { type Layered, layOver, valueAt } from './layers.ts';
import { limits } from './limits.ts';
import { type Path, printPath, showValue } from './place.ts';
import type { VariantPlan } from './plan.ts';
import type { Fault } from './shape.ts';

/** A variant before its checks: the scenario with the variant's values laid over it. */
export type Variant = {
  name: string;
  layered: Layered;
  labels: VariantPlan['labels'];
  /** What it sets. */
  paths: Path[];
};

type Axis = { key: string; path: Path; label: string; values: unknown[] };
type Setting = { path: Path; label: string; value: unknown; at: Path };

/** The variants of a scenario; empty when it names none. Mistakes in naming them go to `report`, and what can be expanded still is. */
export function expandVariants(base: Layered, root: FieldSchema, report: (fault: Fault) => void): Variant[] {
  const { matrix, variants } = base.data;
  if (matrix !== undefined && variants !== undefined) {
    const message = 'matrix and variants are both there';
    report({ path: ['variants'], part: 'key', message, expected: 'one of the two' });
  }
  return [...expandMatrix(matrix, base, root, report), ...expandList(variants, base, root, report)];
}

function expandMatrix(
  matrix: unknown,
  base: Layered,
  root: FieldSchema,
  report: (fault: Fault) => void,
): Variant[] {
  if (typeof matrix !== 'object' || matrix === null || Array.isArray(matrix)) return [];
  const axes: Axis[] = [];
  for (const [key, values] of Object.entries(matrix)) {
    const resolved = resolvePath(key, root, base.data, 'variant');
    if (!('path' in resolved)) {
      report({ path: ['matrix', key], part: 'key', ...resolved });
      continue;
    }
    const { path } = resolved;
    const other = axes.find((axis) => covers(axis.path, path) || covers(path, axis.path));
    if (other !== undefined) {
      const message = `${showValue(key)} and ${showValue(other.key)} set the same field`;
      report({ path: ['matrix', key], part: 'key', message, expected: 'each field once' });
      continue;
    }
    if (!Array.isArray(values) || values.length === 0) continue;
    reportRepeats(key, values, report);
    axes.push({
      key,
      path,
      label: labelOf(
        path,
        axes.map(({ label }) => label),
      ),
      values,
    });
  }
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > limits.variants) {
    const message = `the matrix makes ${count} variants`;
    report({ path: ['matrix'], part: 'key', message, expected: `at most ${limits.variants}` });
    return [];
  }
  if (axes.length === 0) return [];

  let cells: number[][] = [[]];
  for (const { values } of axes) cells = cells.flatMap((cell) => values.map((_, index) => [...cell, index]));
  return cells.map((cell) => {
    const settings = axes.map(({ key, path, label, values }, axis) => {
      const index = cell[axis] ?? 0;
      return { path, label, value: values[index], at: ['matrix', key, index] };
    });
    return makeVariant(matrixName(axes, cell), settings, base);
  });
}

function reportRepeats(key: string, values: readonly unknown[], report: (fault: Fault) => void): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const text = JSON.stringify(value);
    if (seen.has(text)) {
      report({
        path: ['matrix', key, index],
        message: `${showValue(value)} is in the list twice`,
        expected: 'each value once',
      });
    }
    seen.add(text);
  }
}

function expandList(
  list: unknown,
  base: Layered,
  root: FieldSchema,
  report: (fault: Fault) => void,
): Variant[] {
  if (!Array.isArray(list)) return [];
  if (list.length > limits.variants) {
    report({
      path: ['variants'],
      part: 'key',
      message: `${list.length} variants`,
      expected: `at most ${limits.variants}`,
    });
    return [];
  }
  const names = new Set<unknown>();
  return list.flatMap((entry, index) => {
    const at: Path = ['variants', index];
    const name = valueAt(entry, ['name']);
    const set = valueAt(entry, ['set']) ?? {};
    if (typeof name === 'string' && names.has(name)) {
      report({
        path: [...at, 'name'],
        message: `two variants are called ${showValue(name)}`,
        expected: 'a name of its own',
      });
    }
    names.add(name);
    if (typeof set !== 'object' || Array.isArray(set)) return [];
    const settings: Setting[] = [];
    for (const [key, value] of Object.entries(set as Record<string, unknown>)) {
      const resolved = resolvePath(key, root, base.data, 'variant');
      if ('path' in resolved) {
        const { path } = resolved;
        settings.push({
          path,
          label: labelOf(
            path,
            settings.map(({ label }) => label),
          ),
          value,
          at: [...at, 'set', key],
        });
      } else {
        report({ path: [...at, 'set', key], part: 'key', ...resolved });
      }
    }
    return [makeVariant(typeof name === 'string' ? name : printPath(at), settings, base)];
  });
}

function makeVariant(name: string, settings: readonly Setting[], base: Layered): Variant {
  let layered = base;
  const labels: VariantPlan['labels'] = {};
  for (const { path, label, value, at } of settings) {
    layered = layOver(layered, path, value, (inside, part) => base.placeOf([...at, ...inside], part));
    if (value !== null && value !== undefined) labels[label] = plainValue(value);
  }
  return { name, layered, labels, paths: settings.map(({ path }) => path) };
}

/** The last part of a path, or all of it where another field of the variant ends in the same word. */
function labelOf(path: Path, taken: readonly string[]): string {
  const last = String(path.at(-1));
  return taken.includes(last) ? printPath(path) : last;
}

function plainValue(value: unknown): string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' ? value : leaves(value).join(' ');
}

function leaves(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(leaves);
  return [String(value)];
}

/**
 * The values of a cell joined by `+`, safe as part of a file name: `crl-native+password-hash`. A value that does not speak for itself (a
 * number, true, a word that two fields share) brings the name of its field along: `crl-native+crlEntries=1000`.
 */
function matrixName(axes: readonly Axis[], cell: readonly number[]): string {
  const words = axes.map(({ values }) => new Set(values.map((value) => leaves(value).join('-'))));
  const name = axes
    .map(({ label, values }, axis) => {
      const value = values[cell[axis] ?? 0];
      const word = leaves(value).join('-');
      const shared = words.some((others, index) => index !== axis && others.has(word));
      const bare = typeof value !== 'number' && typeof value !== 'boolean' && value !== null && !shared;
      return (bare ? word : `${label}=${word}`).replaceAll(/[^A-Za-z0-9._=-]+/g, '-');
    })
    .join('+');
  return name.length <= 120 ? name : `${name.slice(0, 100)}+${cell.join('.')}`;
}

/** Whether setting `outer` also sets everything at `inner`. */
export function covers(outer: Path, inner: Path): boolean {
  return outer.every((part, index) => inner[index] === part);
}
