import { readValue } from './document.ts';
import { resolvePath } from './dotted-path.ts';
import type { FieldSchema } from './field-schema.ts';
import { type Layered, layOver } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { ProblemList } from './problem-list.ts';

/** What the command line says over the file. */
export type ScenarioOverrides = {
  /** `PATH=VALUE` each, the value read as YAML; applied in this order, before the variants are expanded. */
  set?: readonly string[];
  seed?: number | string;
  rounds?: number | string;
  /** Names of the variants to keep; all when empty. */
  variants?: readonly string[];
};

/** Lays the flags over the scenario. `paths` are the fields that `--set` named. */
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
    paths.push(resolved.path);
    lay(resolved.path, read.value, flag);
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
  return { layered, paths };
}
