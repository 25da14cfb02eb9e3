import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { limits } from './limits.ts';

const hexText = () =>
  z
    .array(z.string().regex(/^[0-9A-Fa-f:]{1,100}$/))
    .min(1)
    .max(100_000)
    .optional();
const attributes = () => z.record(z.string().regex(/^[A-Za-z]{1,20}$/), z.string().max(500)).optional();
const objectIdentifier = /^\d+(\.\d+)+$/;

/** Rules over a client's certificate that say what its session may publish and subscribe to. */
export function authorizationSchema() {
  return z.strictObject({
    rules: z
      .array(ruleSchema())
      .min(1)
      .max(limits.authorizationRules)
      .meta({ description: 'What certificates grant; whatever no rule grants is refused.', noun: 'rule' }),
    padding: z
      .int()
      .min(0)
      .max(limits.authorizationRules)
      .default(0)
      .meta(
        about(
          'Rules that fit nobody and are looked through before the others: what does their number cost?',
          {
            unit: 'rules',
            example: 999,
          },
        ),
      ),
  });
}

function ruleSchema() {
  return z.strictObject({
    when: z
      .strictObject({
        subject: attributes().meta(
          about('Attributes of the subject by type; `*` stands for any characters.', {
            example: { O: 'Acme', OU: 'meters-*' },
            expected: 'a map from attribute types to values, such as OU: meters-*',
          }),
        ),
        issuer: attributes().meta(
          about('The same of the issuer.', {
            example: { CN: 'Acme devices' },
            expected: 'a map from attribute types to values, such as CN: Acme devices',
          }),
        ),
        san: z
          .string()
          .regex(/^(dns|uri|email|ip|\*):.{1,500}$/)
          .optional()
          .meta(
            about('One of the subject alternative names.', {
              example: 'dns:*.devices.example',
              expected: 'a kind and a name, such as dns:*.devices.example or uri:spiffe://example/*',
            }),
          ),
        serial: hexText().meta(
          about('Serial numbers, hexadecimal.', {
            example: ['1A2B3C'],
            expected: 'a list of hexadecimal numbers',
          }),
        ),
        fingerprint: hexText().meta(
          about('SHA-256 fingerprints of certificates, hexadecimal.', {
            example: ['9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08'],
            expected: 'a list of hexadecimal fingerprints',
          }),
        ),
        extKeyUsage: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .meta(about('An extended key usage by its name or object identifier.', { example: 'clientAuth' })),
        validityLeft: positiveDuration()
          .optional()
          .meta(
            duration('How long the certificate must still be valid, at least, at CONNECT.', {
              example: '24h',
            }),
          ),
        policy: z
          .string()
          .regex(objectIdentifier)
          .optional()
          .meta(
            about('A certificate policy by its object identifier.', {
              example: '1.3.6.1.4.1.99999.1',
              expected: 'an object identifier such as 1.3.6.1.4.1.99999.1',
            }),
          ),
      })
      .prefault({})
      .meta({ description: 'Which certificates the rule fits; all that is named must hold.' }),
    publish: filters('publish to'),
    subscribe: filters('subscribe to'),
  });
}

function filters(what: string) {
  return z
    .array(z.string().min(1).max(1000))
    .max(1000)
    .default([])
    .meta(
      about(
        `Topic filters that the session may ${what}. A placeholder whose value is missing, twofold, or no single safe level of a topic grants nothing.`,
        { example: ['devices/$' + '{cert.subject.CN}/#'] },
      ),
    );
}

/** What clients do once after their CONNACK, and whether they may. */
export function operationSchema() {
  const topic = (what: string, example: string) =>
    z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta(about(`${what}; \`{clientId}\` stands for the client's own id.`, { example }));
  return z.strictObject({
    subscribe: topic('Topic filter that each client asks for', 'devices/{clientId}/#'),
    publish: topic('Topic that each client publishes one message to, with QoS 1', 'devices/{clientId}/state'),
    expect: z
      .enum(['granted', 'refused'])
      .default('granted')
      .meta(
        about('What the broker should answer; granted against this is a false accept.', {
          noun: 'expectation',
          example: 'refused',
        }),
      ),
  });
}
