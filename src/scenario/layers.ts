import type { ScenarioDocument } from './document.ts';
import type { Path, Place } from './place.ts';

/**
 * A scenario with values laid over it, by flags and by a variant. Values are shared between the layers and never changed; every value
 * still knows the place it was written at.
 */
export type Layered = {
  data: Record<string, unknown>;
  placeOf(path: Path, part?: 'key'): Place;
};

export function baseLayer(document: ScenarioDocument): Layered {
  return { data: document.data, placeOf: document.placeOf };
}

/**
 * Lays one value over a path. `place` tells where the value, or a path inside it, was written. null and undefined take the field out.
 * A word that has a long form (`expect: reject`) is opened up when a part of that form is set.
 */
export function layOver(
  below: Layered,
  path: Path,
  value: unknown,
  place: (inside: Path, part?: 'key') => Place,
): Layered {
  return {
    data: setIn(below.data, path, value) as Record<string, unknown>,
    placeOf: (asked, part) =>
      path.every((key, index) => asked[index] === key)
        ? place(asked.slice(path.length), asked.length > path.length ? part : undefined)
        : below.placeOf(asked, part),
  };
}

function setIn(container: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    return container.map((entry, index) => (index === key ? setIn(entry, rest, value) : entry));
  }
  const map = openUp(container, key);
  const inner = setIn(Object.hasOwn(map, key) ? map[key] : undefined, rest, value);
  if (inner !== null && inner !== undefined) return { ...map, [key]: inner };
  const { [key]: _removed, ...remaining } = map;
  return remaining;
}

function openUp(value: unknown, key: string | number): Record<string | number, unknown> {
  if (typeof value === 'string' && (key === 'outcome' || key === 'cause')) return { outcome: value };
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The value at a path, or undefined. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
