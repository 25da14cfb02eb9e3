import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { port } from './field-kinds.ts';

/** The services that a broker asks. */
export function servicesSchema() {
  return z.strictObject({
    ocsp: z
      .strictObject({
        signing: z
          .enum(['pre-signed', 'ahead', 'on-request'])
          .default('pre-signed')
          .meta(
            about(
              'When responses are signed: at the first question and then kept, all before the first question, or each time anew.',
              { noun: 'way to sign', example: 'on-request' },
            ),
          ),
        validity: positiveDuration()
          .default('1h')
          .meta(duration('From thisUpdate to nextUpdate of a response.', { example: '10s' })),
        port: portSchema(),
        faults: faultsSchema(),
      })
      .prefault({})
      .meta({ description: 'The OCSP responder, started where `target.revocation` asks one.' }),
    crl: z
      .strictObject({ port: portSchema(), faults: faultsSchema() })
      .prefault({})
      .meta({ description: 'The CRL distribution point, started where `broker.crl.source` is `http`.' }),
    auth: z
      .strictObject({
        delay: z
          .string()
          .min(2)
          .max(60)
          .optional()
          .meta(
            about('How long its answers take, by themselves or drawn from a distribution.', {
              example: 'exponential:20ms',
              expected: 'a duration such as 20ms, or uniform:5ms..50ms, or exponential:20ms',
              otherwise: 'no delay',
            }),
          ),
        port: portSchema(),
        faults: faultsSchema(),
      })
      .prefault({})
      .meta({ description: 'The auth service, started where `target.connectAuth` is `webservice`.' }),
  });
}

function portSchema() {
  return port().meta(
    about(
      'TCP port of the service on loopback, where its address must be known beforehand: in certificates, or to a broker that somebody else has started. 0 lets the operating system choose.',
      { example: 18_080 },
    ),
  );
}

function faultsSchema() {
  return z
    .array(z.string().min(1).max(100))
    .default([])
    .meta(
      about('What the service does wrong, as `certstorm serve --fault` has it.', {
        example: ['delay=200ms'],
      }),
    );
}
