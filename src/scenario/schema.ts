import { z } from 'zod';
import { about } from './about.ts';
import { brokerSchema } from './broker-schema.ts';
import { cohortSchema } from './cohort-schema.ts';
import { compareSchema } from './compare-schema.ts';
import { corpusSchema } from './corpus-schema.ts';
import { eventSchema } from './event-schema.ts';
import { limits } from './limits.ts';
import { loadSchema } from './load-schema.ts';
import { servicesSchema } from './services-schema.ts';
import { targetSchema } from './target-schema.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The scenario file as the user may write it. Defaults that depend on no other field are filled in by parsing. */
export function scenarioSchema(vocabulary: Vocabulary) {
  return z
    .strictObject({
      $schema: z
        .string()
        .optional()
        .meta(
          about('Where an editor finds the JSON Schema of a scenario written as JSON.', {
            example: './schema.json',
          }),
        ),
      name: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
        .meta(
          about('Name of the scenario; the folder of a run is called after it.', {
            example: 'quickstart',
            expected: 'a name of up to 64 letters, digits, dots, dashes and underscores',
          }),
        ),
      description: z
        .string()
        .max(2000)
        .default('')
        .meta(
          about('What the scenario is to find out; shown at the top of the report.', {
            example: 'What does a CRL cost?',
          }),
        ),
      seed: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(1)
        .meta(
          about('Where every draw of the run starts from: serial numbers, arrivals, the order of rounds.', {
            example: 42,
          }),
        ),
      rounds: z
        .int()
        .min(1)
        .max(1000)
        .default(1)
        .meta(
          about('Measured repeats of each variant; rounds of different variants are interleaved.', {
            unit: 'rounds',
            example: 10,
          }),
        ),
      corpus: corpusSchema(vocabulary)
        .prefault({})
        .meta({ description: 'The certificates that clients present.' }),
      target: targetSchema(vocabulary).prefault({}).meta({ description: 'The broker that is stormed.' }),
      broker: brokerSchema(vocabulary)
        .prefault({})
        .meta({ description: 'Settings of the bundled broker; other targets have none of them.' }),
      services: servicesSchema().prefault({}).meta({
        description:
          'The OCSP responder, the CRL distribution point and the auth service, started where a variant asks them.',
      }),
      events: z.array(eventSchema(vocabulary)).max(limits.events).default([]).meta({
        description: 'What happens in the middle of every round.',
        noun: 'event',
      }),
      load: loadSchema().meta({ description: 'How many clients connect, how fast and for how long.' }),
      cohorts: z.array(cohortSchema(vocabulary)).min(1).max(limits.cohorts).meta({
        description: 'Groups of clients, each with one outcome that is expected of the broker.',
        noun: 'cohort',
      }),
      matrix: z
        .record(z.string(), z.array(z.unknown()).min(1))
        .optional()
        .meta(
          about(
            'Fields by their dotted path, each with a list of values; every combination of them is a variant.',
            {
              example: { 'target.revocation': ['none', 'crl-native'] },
              expected: 'a map from dotted paths to lists, such as target.revocation: [none, crl-native]',
            },
          ),
        ),
      variants: z.array(variantSchema()).min(1).optional().meta({
        description: 'Variants by name, each with the fields that it sets. Not together with `matrix`.',
      }),
      compare: compareSchema().optional().meta({
        description:
          'Which variants of the run are compared, or how the run is compared with a stored baseline. With this section, a run has 20 rounds unless `rounds` says otherwise.',
      }),
      thresholds: z
        .array(z.string())
        .default([])
        .meta(
          about('What must hold for the run to pass: a metric, an operator and a limit.', {
            example: ['good.authenticated.p99 < 250ms', 'revoked.falseAccepts == 0'],
          }),
        ),
    })
    .meta({ title: 'certstorm scenario', description: 'A load test of mutual-TLS MQTT authentication.' });
}

function variantSchema() {
  return z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._+=-]{0,99}$/)
      .meta(
        about('Name of the variant; `--variant` and thresholds use it.', {
          example: 'with-crl',
          expected: 'a name of up to 100 letters, digits and the signs . _ + = -',
        }),
      ),
    set: z
      .record(z.string(), z.unknown())
      .default({})
      .meta(
        about(
          'Fields by their dotted path, each with its value in this variant; an empty value takes the field out.',
          {
            example: { 'target.revocation': 'crl-native', 'cohorts.revoked.expect': 'reject' },
            expected: 'a map from dotted paths to values, such as target.revocation: crl-native',
          },
        ),
      ),
  });
}

/** A scenario that has passed the schema. */
export type Scenario = z.infer<ReturnType<typeof scenarioSchema>>;
