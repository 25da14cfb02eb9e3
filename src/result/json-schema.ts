import { z } from 'zod';
import { resultSchema } from './schema.ts';

/** JSON Schema (draft 2020-12) of result.json, made from the same zod schema that `readResult` checks with. */
export function resultJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(resultSchema),
    title: 'certstorm result',
  };
}
