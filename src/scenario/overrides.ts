import { readValue } from './document.ts';
import { resolvePath } from './dotted-path.ts';
import { type FieldSchema, fieldAt } from './field-schema.ts';
import { type Layered, layOver, valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { ProblemList } from './problem-list.ts';

/** What the command line says over the file. */
export type ScenarioOverrides = {
  /** `PATH=VALUE` each, the value read as YAML; applied in this order, before the variants are expanded. */
  set?: readonly string[];
  seed?: number | string;
  rounds?: number | string;
  /** Go on until every gated metric is decided, for so long (`5m`) or for what the file says, else ten minutes. */
  auto?: { budget?: string };
  /** A share such as `5%`, or as a number. */
  tolerance?: number | string;
  /** The run is to be compared with another: it needs rounds enough. */
  compared?: boolean;
  /** Names of the variants to keep; all when empty. */
  variants?: readonly string[];
};

/**
 * Lays the flags over the scenario. `paths` are the fields that `--set` named. A field that is an axis of the matrix gets the flag's value,
 * or each value of its list, in place of the axis's own.
 */
export function applyOverrides(
  base: Layered,
  root: FieldSchema,
  overrides: ScenarioOverrides,
  problems: ProblemList,
): { layered: Layered; paths: Path[] } {
  const paths: Path[] = [];
  let layered = base;
  const lay = (path: Path, value: unknown, flag: string) => {
    layered = layOver(layered, path, value, () => ({ file: flag, line: null, column: null }));
  };
  for (const setting of overrides.set ?? []) {
    const equals = setting.indexOf('=');
    if (equals < 1) {
      problems.addForFlag('--set', {
        message: `${showValue(setting)} sets nothing`,
        expected: 'PATH=VALUE, such as load.duration=5s',
      });
      continue;
    }
    const dotted = setting.slice(0, equals).trim();
    const flag = `--set ${showValue(dotted).slice(1, -1)}`;
    const resolved = resolvePath(dotted, root, layered.data, 'flag');
    if (!('path' in resolved)) {
      problems.addForFlag(flag, resolved);
      continue;
    }
    const read = readValue(setting.slice(equals + 1));
    if ('fault' in read) {
      problems.addForFlag(flag, { message: read.fault, expected: 'a value as in YAML' });
      continue;
    }
    const axis = axisOf(resolved.path, layered.data, root);
    if (axis === undefined) {
      paths.push(resolved.path);
      lay(resolved.path, read.value, flag);
    } else {
      lay(['matrix', axis], axisValues(resolved.path, read.value, root), flag);
    }
  }
  for (const field of ['seed', 'rounds'] as const) {
    const value = overrides[field];
    if (value === undefined) continue;
    lay(
      [field],
      typeof value === 'string' && /^\s*[-+]?[\d.]+\s*$/.test(value) ? Number(value) : value,
      `--${field}`,
    );
  }
  layComparing(overrides, layered, lay);
  return { layered, paths };
}

/** The key in the matrix that varies this field. */
function axisOf(path: Path, data: Record<string, unknown>, root: FieldSchema): string | undefined {
  const matrix = valueAt(data, ['matrix']);
  if (typeof matrix !== 'object' || matrix === null) return undefined;
  return Object.keys(matrix).find((key) => {
    const resolved = resolvePath(key, root, data, 'variant');
    return 'path' in resolved && resolved.path.join('.') === path.join('.');
  });
}

function axisValues(path: Path, value: unknown, root: FieldSchema): unknown[] {
  const isList = fieldAt(root, path)?.type === 'array';
  const several = Array.isArray(value) && (!isList || value.every((entry) => Array.isArray(entry)));
  return several ? value : [value];
}

/** What the flags say of comparing. A number of rounds on the command line ends the file's `compare.budget`. */
function layComparing(
  { rounds, auto, tolerance, compared }: ScenarioOverrides,
  { data }: Layered,
  lay: (path: Path, value: unknown, flag: string) => void,
): void {
  const written = valueAt(data, ['compare']);
  const budget = valueAt(data, ['compare', 'budget']);
  if (compared === true && written === undefined) lay(['compare'], {}, '--baseline');
  if (tolerance !== undefined) lay(['compare', 'tolerance'], tolerance, '--tolerance');
  if (auto !== undefined && (auto.budget !== undefined || budget === undefined))
    lay(
      ['compare', 'budget'],
      auto.budget ?? '10m',
      auto.budget === undefined ? '--rounds auto' : '--budget',
    );
  if (rounds !== undefined && budget !== undefined) lay(['compare', 'budget'], undefined, '--rounds');
}
