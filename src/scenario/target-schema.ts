import { z } from 'zod';
import { about } from './about.ts';
import { path, pathWords, port, tlsVersions } from './field-kinds.ts';
import type { Vocabulary } from './vocabulary.ts';

export const transports = ['tls', 'wss', 'tcp'] as const;

/** The broker, and how clients get to it. */
export function targetSchema(vocabulary: Vocabulary) {
  const { targets } = vocabulary;
  return z.strictObject({
    kind: z
      .enum(targets.map(({ kind }) => kind))
      .default('bundled')
      .meta(about('What is stormed.', { noun: 'target', example: 'bundled' })),
    host: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,253}$/)
      .default('127.0.0.1')
      .meta(
        about('Address or name that the broker listens on.', {
          example: '127.0.0.1',
          expected: 'a host name or an address',
        }),
      ),
    port: port().meta(
      about('TCP port of the broker; 0 lets the operating system choose a free one.', { example: 8883 }),
    ),
    revocation: z
      .enum(unique(targets.flatMap(({ revocation }) => revocation)))
      .default('none')
      .meta(
        about('How the broker finds out that a certificate has been revoked.', {
          noun: 'revocation check',
          example: 'crl-native',
        }),
      ),
    connectAuth: z
      .enum(unique(targets.flatMap(({ connectAuth }) => connectAuth)))
      .default('none')
      .meta(
        about('What the broker checks at CONNECT, after the certificate.', {
          noun: 'CONNECT auth',
          example: 'password-hash',
        }),
      ),
    sessionTickets: z
      .boolean()
      .default(true)
      .meta(about('Whether the broker hands out TLS 1.3 session tickets.', { example: false })),
    transport: z
      .enum(transports)
      .default('tls')
      .meta(
        about(
          'What MQTT is spoken over: TLS, WebSocket over TLS, or plain TCP (no certificates at all, for comparison).',
          { noun: 'transport', example: 'wss' },
        ),
      ),
    tlsVersions: tlsVersions().meta(
      about(
        'Versions of TLS that the broker is told to speak; what clients offer is `cohorts[].tls.versions`.',
        {
          noun: 'version of TLS',
          example: ['1.3'],
          otherwise: 'those that it speaks by itself',
        },
      ),
    ),
    clientCertificates: z
      .enum(['required', 'none'])
      .default('required')
      .meta(
        about(
          'Whether the broker asks for a client certificate; `none` is TLS with the server alone authenticated, for comparison.',
          { noun: 'way to client certificates', example: 'none' },
        ),
      ),
    startAnew: z
      .boolean()
      .default(false)
      .meta(
        about(
          'Whether the broker is started anew for each round, or stays up from its first round to its last: cold, a Java broker is several times slower than with its code compiled.',
          { example: true },
        ),
      ),
    caFile: file(
      'PEM file of the CA that clients trust for the broker.',
      'broker-ca.pem',
      'the root of the corpus',
    ),
    serverName: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .meta(
        about('Name to expect in the certificate of an external broker.', {
          example: 'broker.example.org',
          otherwise: '`target.host`',
        }),
      ),
    processId: z
      .int()
      .min(1)
      .optional()
      .meta(
        about(
          'Process of an external broker on this machine: its CPU, memory and threads, and those of what it has started.',
          {
            example: 4711,
            otherwise: 'its CPU is not known, or what `target.metricsUrl` says',
          },
        ),
      ),
    container: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/)
      .optional()
      .meta(
        about(
          'Container of an external broker on this machine, in place of its process: docker or podman is asked for that.',
          {
            example: 'emqx',
            expected: "a container's name or id",
            otherwise: 'its CPU is not known, or what `target.metricsUrl` says',
          },
        ),
      ),
    metricsUrl: z
      .string()
      .regex(/^https?:\/\/[^\s/]\S*$/)
      .optional()
      .meta(
        about(
          'Prometheus endpoint of an external broker: `process_cpu_seconds_total` and `process_resident_memory_bytes` are read.',
          {
            example: 'http://127.0.0.1:9090/metrics',
            expected: 'an http or https URL',
            otherwise: 'none is asked',
          },
        ),
      ),
    allowRemote: z
      .boolean()
      .default(false)
      .meta(
        about('Needed to storm an address that is not on this machine. Storm only brokers that are yours.', {
          example: true,
        }),
      ),
  });
}

function file(words: string, example: string, otherwise: string) {
  return path().optional().meta(pathWords(words, { example, otherwise }));
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
