import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { arrivalsSchema } from './arrivals-schema.ts';
import { operationSchema } from './authorization-schema.ts';
import { certificateSchema } from './corpus-schema.ts';
import { limits } from './limits.ts';
import { sessionSchema, shareSchema } from './session-schema.ts';
import { tlsSchema } from './tls-schema.ts';
import type { Vocabulary } from './vocabulary.ts';

export const expectedOutcomes = ['accept', 'reject', 'reject-at-tls', 'reject-at-connect'] as const;
export const stopPoints = [
  'tcp-connect',
  'client-hello',
  'certificate',
  'certificate-verify',
  'handshake',
] as const;
export type StopPoint = (typeof stopPoints)[number];
const tricklePattern = /^[1-9]\d{0,5} bytes?\/s$/;
export const credentialKinds = ['right', 'wrong', 'none'] as const;

/** A group of clients with one outcome that is expected of the broker. */
export function cohortSchema(vocabulary: Vocabulary) {
  const outcome = z
    .enum(expectedOutcomes)
    .meta(about('What the broker should do.', { noun: 'expectation', example: 'reject-at-tls' }));
  return z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)
      .meta(
        about('Name of the cohort; metrics and dotted paths use it.', {
          example: 'revoked',
          expected: 'a name that starts with a letter, of up to 64 letters, digits, dashes and underscores',
        }),
      ),
    weight: z
      .number()
      .min(0)
      .max(1_000_000)
      .default(1)
      .meta(
        about(
          'Share of the arrivals, relative to the weights of the other cohorts; 0 leaves the cohort out.',
          { example: 5 },
        ),
      ),
    arrivals: arrivalsSchema().optional().meta({
      description:
        'Arrivals of this cohort alone, beside those of `load`; left out, it has its share of those by `weight`.',
    }),
    identities: z
      .int()
      .min(0)
      .max(limits.identities)
      .optional()
      .meta(
        about('Identities of this cohort.', {
          unit: 'identities',
          example: 100,
          otherwise: 'its share of `corpus.identities` by weight, at least 1',
        }),
      ),
    defect: z
      .enum(vocabulary.defects.map(({ name }) => name))
      .default('none')
      .meta(about("What is wrong with this cohort's certificates.", { noun: 'defect', example: 'expired' })),
    expect: z
      .union([
        outcome,
        z.strictObject({
          outcome,
          cause: z
            .string()
            .min(1)
            .max(100)
            .optional()
            .meta(
              about("Name of the alert, of the CONNACK code or of the broker's own reason.", {
                example: 'certificate_expired',
              }),
            ),
        }),
      ])
      .meta(
        about(
          'What the broker should do with these clients: let them in, or turn them away (at whichever layer, in the TLS handshake, or at CONNECT). Anything else is a false accept or a false reject.',
          { noun: 'expectation', example: { outcome: 'reject', cause: 'CERT_REVOKED' } },
        ),
      ),
    algorithm: z
      .union([
        z.enum(vocabulary.algorithms),
        z.partialRecord(z.enum(vocabulary.algorithms), z.number().min(0).max(1_000_000)),
      ])
      .optional()
      .meta(
        about('Key algorithm of this cohort, or several with their weights for a mixed fleet.', {
          noun: 'algorithm',
          example: { 'ecdsa-p256': 3, 'rsa-2048': 1 },
          expected: `one of ${vocabulary.algorithms.join(', ')}, or a map from some of them to weights`,
          otherwise: '`corpus.algorithm`',
        }),
      ),
    certificate: certificateSchema()
      .optional()
      .meta({ description: 'What certificates of this cohort look like, laid over `corpus.certificate`.' }),
    endsAfter: positiveDuration()
      .optional()
      .meta(
        duration(
          'Where the defect is `ends-within-run`: how long after the corpus is made the validity ends.',
          {
            example: '20s',
            otherwise: '1m',
          },
        ),
      ),
    driver: z
      .enum(vocabulary.drivers)
      .optional()
      .meta(
        about('How an attempt is made.', {
          noun: 'driver',
          example: 'node',
          otherwise: '`node`, or `wire` where no other driver can present the defect',
        }),
      ),
    credentials: z
      .enum(credentialKinds)
      .optional()
      .meta(
        about('User name and password sent in CONNECT: the right ones, a wrong password, or none at all.', {
          noun: 'credentials',
          example: 'wrong',
          otherwise: '`right` where `target.connectAuth` is not `none`, else `none`',
        }),
      ),
    first: operationSchema().optional().meta({
      description:
        'The one thing that clients do after their CONNACK before they leave: an attempt ends with the answer to it.',
    }),
    stopAfter: z
      .enum(stopPoints)
      .optional()
      .meta(
        about(
          'Where the clients fall silent, to occupy the broker for little: after the TCP connection, after their ClientHello, Certificate or CertificateVerify, or after the handshake and before a CONNECT. They stay until the broker drops them, or `load.attemptTimeout` is over, which then is no error.',
          { noun: 'place to stop', example: 'client-hello', otherwise: 'they go all the way' },
        ),
      ),
    messageOrder: z
      .enum((vocabulary.messageOrders ?? []).map(({ name }) => name))
      .optional()
      .meta(
        about(
          'In which wrong order the clients send the messages of the handshake, each message good by itself. RFC 8446 wants the alert `unexpected_message` for each of them.',
          { noun: 'order of messages', example: 'certificate-verify-first', otherwise: 'the right one' },
        ),
      ),
    trickle: z
      .string()
      .regex(tricklePattern)
      .optional()
      .meta(
        about('How slowly the clients write, from their first byte on.', {
          unit: 'bytes/s',
          example: '1 byte/s',
          expected: 'a pace such as 1 byte/s or 200 bytes/s',
          otherwise: 'everything at once',
        }),
      ),
    session: sessionSchema().optional().meta({
      description: 'What clients do once they are let in; left out, they disconnect at their CONNACK.',
    }),
    mqttVersion: z
      .literal(['3.1.1', 5])
      .default('3.1.1')
      .meta(
        about('The MQTT that clients speak.', {
          noun: 'MQTT version',
          example: 5,
          expected: '3.1.1 or 5',
        }),
      ),
    tls: tlsSchema().optional().meta({
      description:
        'What the clients offer in the TLS handshake. What was agreed on is counted in the result.',
    }),
    resumption: z
      .union([z.enum(['none', 'tickets']), shareSchema()])
      .default('none')
      .meta(
        about(
          'Whether clients resume with the session ticket that they were given last: never, whenever they have one, or in a share of their attempts. What was really resumed is counted in the result.',
          {
            noun: 'resumption',
            example: '30%',
            expected: 'none, tickets, or a share such as 30%',
          },
        ),
      ),
  });
}
