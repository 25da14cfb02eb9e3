import { type FieldSchema, fieldPaths, fieldSchema } from './field-schema.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * The JSON Schema (2020-12) of a scenario file, for editors and other validators: it knows the words of the vocabulary and refuses unknown
 * keys. What spans several fields is left to `readScenario`, since a field that is missing here may come from a variant.
 */
export function scenarioJsonSchema(vocabulary: Vocabulary): Record<string, unknown> {
  const { required = [], ...root } = fieldSchema(vocabulary);
  const settable = fieldPaths(root).filter(
    ([first = '', ...rest]) =>
      ['corpus', 'target', 'load'].includes(first) && rest.length > 0 && !rest.includes('*'),
  );
  const schema = plain({ ...root, required }, ['unit', 'noun', 'expected', 'otherwise']) as Record<
    string,
    unknown
  >;
  const properties = schema.properties as Record<string, Record<string, unknown>>;
  const fields = settable.map((path) => [path.join('.'), plainAt(schema, path)] as const);
  Object.assign(properties.matrix ?? {}, {
    propertyNames: { pattern: '^(corpus|target|load|cohorts)[.\\[]' },
    properties: Object.fromEntries(
      fields.map(([key, items]) => [key, { type: 'array', minItems: 1, items }]),
    ),
  });
  return schema;
}

/** The same without what only our own sentences need: validators in strict mode know no other keywords than those of the standard. */
function plain(value: unknown, dropped: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((entry) => plain(entry, dropped));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !dropped.includes(key))
    .map(([key, inner]): [string, unknown] => {
      if (key === 'default' || key === 'examples') return [key, inner];
      if (key !== 'properties') return [key, plain(inner, dropped)];
      // Under `properties` the keys are the user's and no keywords.
      return [
        key,
        Object.fromEntries(
          Object.entries(inner as object).map(([name, field]) => [name, plain(field, dropped)]),
        ),
      ];
    });
  return Object.fromEntries(entries);
}

function plainAt(schema: Record<string, unknown>, path: readonly string[]): unknown {
  let field = schema as FieldSchema;
  for (const part of path) field = field.properties?.[part] ?? {};
  const { description, type, enum: words, minimum, maximum, minItems, maxItems, pattern, items } = field;
  const kept = { description, type, enum: words, minimum, maximum, minItems, maxItems, pattern, items };
  return Object.fromEntries(Object.entries(kept).filter(([, inner]) => inner !== undefined));
}
