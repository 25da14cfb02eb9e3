import { resultJsonSchema } from '../result/json-schema.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { scenarioJsonSchema } from '../scenario/json-schema.ts';
import { UsageError } from './usage-error.ts';

/** `certstorm schema [scenario|result]`: the JSON Schema on standard output. */
export function schema(what: string): void {
  const schemas: Record<string, () => unknown> = {
    scenario: () => scenarioJsonSchema(vocabulary),
    result: resultJsonSchema,
  };
  const make = schemas[what];
  if (make === undefined)
    throw new UsageError(`there is no schema '${what}': it is one of ${Object.keys(schemas).join(', ')}`);
  process.stdout.write(`${JSON.stringify(make(), null, 2)}\n`);
}
