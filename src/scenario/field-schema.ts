import { z } from 'zod';
import type { Path } from './place.ts';
import { scenarioSchema } from './schema.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The part of JSON Schema that the scenario's schema uses, with what `schema.ts` says beside it. */
export type FieldSchema = {
  type?: string;
  title?: string;
  description?: string;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  additionalProperties?: boolean | FieldSchema;
  propertyNames?: FieldSchema;
  items?: FieldSchema;
  anyOf?: FieldSchema[];
  enum?: (string | number | boolean)[];
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  default?: unknown;
  examples?: unknown[];
  unit?: string;
  noun?: string;
  expected?: string;
  otherwise?: string;
};

/** The scenario's fields as a tree: what paths exist, what each expects. Made from the zod schema, so that there is one source. */
export function fieldSchema(vocabulary: Vocabulary): FieldSchema {
  return z.toJSONSchema(scenarioSchema(vocabulary), { io: 'input' }) as FieldSchema;
}

/** The field that a path leads to; list indices may be any. Undefined for an unknown field. */
export function fieldAt(root: FieldSchema, path: Path): FieldSchema | undefined {
  let field: FieldSchema | undefined = root;
  for (const part of path) {
    field = child(field, part);
    if (field === undefined) return undefined;
  }
  return field;
}

function child(field: FieldSchema, part: string | number): FieldSchema | undefined {
  if (typeof part === 'number') return field.items;
  const own = properties(field);
  if (own !== undefined) return Object.hasOwn(own, part) ? own[part] : undefined;
  return typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined;
}

/** The keys that a map may have here, also where the map is the long form of a word (`expect`). */
export function properties(field: FieldSchema): Record<string, FieldSchema> | undefined {
  return field.properties ?? field.anyOf?.find((form) => form.properties !== undefined)?.properties;
}

/** Second half of a mistake's sentence: `one of none, expired`, `a whole number from 1 to 1000`. */
export function expectation(field: FieldSchema): string {
  if (field.expected !== undefined) return field.expected;
  if (field.enum !== undefined) return `one of ${field.enum.join(', ')}`;
  if (field.anyOf !== undefined) return field.anyOf.map(expectation).join(', or ');
  switch (field.type) {
    case 'integer':
      return `a whole number${range(field)}`;
    case 'number':
      return `a number${range(field)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return field.maxItems === undefined ? 'a list' : `a list of 1 to ${field.maxItems} entries`;
    case 'object':
      return field.properties === undefined
        ? 'a map'
        : `a map of ${Object.keys(field.properties).join(', ')}`;
    default:
      return field.maxLength === undefined ? 'text' : `text of up to ${field.maxLength} characters`;
  }
}

function range({ minimum, maximum }: FieldSchema): string {
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

/** Dotted paths of all fields that hold a value, `*` standing for any entry of a list: `target.revocation`, `cohorts.*.defect`. */
export function fieldPaths(field: FieldSchema, prefix: readonly string[] = []): string[][] {
  const inner = properties(field);
  if (inner !== undefined) {
    const below = Object.entries(inner).flatMap(([key, value]) => fieldPaths(value, [...prefix, key]));
    return field.anyOf === undefined ? below : [[...prefix], ...below];
  }
  if (field.items?.properties !== undefined) {
    return [[...prefix], ...fieldPaths(field.items, [...prefix, '*'])];
  }
  return [[...prefix]];
}
