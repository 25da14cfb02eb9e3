import { z } from 'zod';
import { about, anyDuration, duration } from './about.ts';
import type { Vocabulary } from './vocabulary.ts';

export const faultyServices = ['ocsp', 'crl', 'auth'] as const;

/** Something that happens at a given time of every round: exactly one of `revoke` and `faults`. */
export function eventSchema(_vocabulary: Vocabulary) {
  return z.strictObject({
    at: anyDuration().meta(
      duration('When it happens, from the start of the measured window.', { example: '5s' }),
    ),
    revoke: z
      .strictObject({
        cohort: z.string().meta(about('The cohort whose identities are revoked.', { example: 'fleet' })),
        fraction: z
          .union([z.number().gt(0).max(1), z.string().regex(/^(?:100|\d{1,2}(?:\.\d+)?)%$/)])
          .default(1)
          .meta(about('How many of them.', { example: '10%', expected: 'a share such as 10% or 0.1' })),
      })
      .optional()
      .meta({
        description: 'Revokes identities: their serial numbers go onto the CRL and to the OCSP responder.',
      }),
    faults: z
      .strictObject({
        service: z.enum(faultyServices).meta(about('Which service.', { noun: 'service', example: 'ocsp' })),
        set: z.array(z.string().min(1).max(100)).meta(
          about('What it does wrong from now on, in place of what it did before; an empty list ends all.', {
            example: ['hang'],
          }),
        ),
      })
      .optional()
      .meta({ description: 'Sets the faults of a service.' }),
  });
}
