import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { admissionSchema } from './admission-schema.ts';
import { authorizationSchema } from './authorization-schema.ts';
import { connectAuthSettings } from './connect-auth-schema.ts';
import { wayToFail } from './field-kinds.ts';
import type { Vocabulary } from './vocabulary.ts';

export const revocationMends = ['rotate-ticket-keys', 'cut-sessions'] as const;

/** What only the bundled broker can be told. */
export function brokerSchema(vocabulary: Vocabulary) {
  return z.strictObject({
    handshakeTimeout: positiveDuration()
      .default('10s')
      .meta(
        duration(
          'How long a client may take for the TLS handshake, and then again until its CONNECT is there.',
          {
            example: '5s',
          },
        ),
      ),
    onUnavailable: wayToFail().meta(
      about(
        'What becomes of a client whose revocation status cannot be had: the responder does not answer, the CRL has run out.',
        { noun: 'way to fail', example: 'fail-open' },
      ),
    ),
    ocsp: z
      .strictObject({
        timeout: positiveDuration()
          .default('2s')
          .meta(duration('How long the broker waits for an OCSP response.', { example: '500ms' })),
        nonce: z
          .boolean()
          .default(false)
          .meta(
            about('Whether requests carry a nonce (RFC 9654), which no pre-signed response can echo.', {
              example: true,
            }),
          ),
        method: z
          .enum(['POST', 'GET'])
          .default('POST')
          .meta(
            about('HTTP method of the requests (RFC 6960, appendix A).', { noun: 'method', example: 'GET' }),
          ),
      })
      .prefault({})
      .meta({ description: 'How the revocation checks `ocsp` and `ocsp-cached` ask.' }),
    crl: z
      .strictObject({
        source: z
          .enum(['file', 'http'])
          .default('file')
          .meta(
            about(
              'Where the CRL comes from: a file that the broker is told to read again, or a distribution point that it polls.',
              { noun: 'source', example: 'http' },
            ),
          ),
        poll: positiveDuration()
          .default('10s')
          .meta(duration('How often the distribution point is asked for a newer CRL.', { example: '1m' })),
        jitter: z
          .number()
          .min(0)
          .max(1)
          .default(0.1)
          .meta(
            about('Share of the interval by which each poll comes earlier or later, by chance.', {
              example: 0.2,
            }),
          ),
      })
      .prefault({})
      .meta({ description: 'Where the revocation checks by CRL have it from.' }),
    verifyOnResumption: z
      .boolean()
      .default(false)
      .meta(
        about('Whether a client that resumes a TLS session is looked up again, as OpenSSL does not.', {
          example: true,
        }),
      ),
    onRevocation: z
      .array(z.enum(revocationMends))
      .default([])
      .meta(
        about(
          'What the broker does when certificates have been revoked: change the keys of session tickets, so that none is taken any more; cut established sessions of the revoked.',
          { noun: 'mend', example: ['rotate-ticket-keys', 'cut-sessions'] },
        ),
      ),
    slowdown: z
      .union([z.number().min(0).max(10), z.string().regex(/^\d{1,4}(?:\.\d{1,3})?%$/)])
      .default('0%')
      .meta(
        about(
          'Makes the broker dearer on purpose, for testing a gate: a busy-wait adds this share of CPU to each attempt.',
          { example: '10%', expected: 'a share such as 10% or 0.1' },
        ),
      ),
    limits: admissionSchema().prefault({}).meta({
      description:
        'What is turned away before its handshake, so that a flood does not take all of the broker.',
    }),
    authorization: authorizationSchema()
      .optional()
      .meta({ description: 'What a session may do by its certificate; left out, anything.' }),
    ...connectAuthSettings(vocabulary),
  });
}
