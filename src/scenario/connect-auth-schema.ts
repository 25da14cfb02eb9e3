import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { wayToFail } from './field-kinds.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the bundled broker is told of its checks at CONNECT, one section for each that has something to be told. */
export function connectAuthSettings({ connectAuth }: Vocabulary) {
  const algorithms = connectAuth.passwordAlgorithms.map(({ name }) => name);
  return {
    password: z
      .strictObject({
        algorithm: z
          .enum(algorithms)
          .default('scrypt')
          .meta(about('How passwords are hashed.', { noun: 'password algorithm', example: 'argon2id' })),
        cost: z
          .int()
          .min(4)
          .max(20)
          .optional()
          .meta(
            about('Of scrypt the logarithm of N to base 2, of bcrypt that of the rounds.', {
              example: 14,
              otherwise: 'as OWASP has it: 17 of scrypt, 10 of bcrypt',
            }),
          ),
        memoryKiB: z
          .int()
          .min(8)
          .max(1_048_576)
          .optional()
          .meta(
            about('Memory that argon2id fills.', {
              unit: 'KiB',
              example: 12_288,
              otherwise: 'as OWASP has it: 19456',
            }),
          ),
        passes: z
          .int()
          .min(1)
          .max(100)
          .optional()
          .meta(
            about('How often argon2id goes over its memory.', {
              example: 3,
              otherwise: 'as OWASP has it: 2',
            }),
          ),
        queue: queue('a hash'),
      })
      .prefault({})
      .meta({ description: 'How the CONNECT auth `password-hash` checks.' }),
    database: z
      .strictObject({
        kind: z
          .enum(connectAuth.databases)
          .default('sqlite')
          .meta(
            about('Where users are looked up; SQLite is a file, in the broker itself.', {
              noun: 'database',
              example: 'postgres',
            }),
          ),
        url: z
          .string()
          .regex(
            /^(postgres|postgresql|redis):\/\/([A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9_-]*)?$/,
          )
          .optional()
          .meta(
            about(
              'Where it answers. A password is never written here: PGPASSWORD and REDISCLI_AUTH of the environment are taken.',
              {
                example: 'postgres://certstorm@127.0.0.1:55432/certstorm',
                expected:
                  'a URL without a password, such as postgres://user@127.0.0.1:5432/name or redis://127.0.0.1:6379',
                otherwise: 'the one that `npm run services:up` starts',
              },
            ),
          ),
        hash: z
          .enum(algorithms)
          .default('sha256')
          .meta(
            about('How passwords are hashed in its rows; the parameters are those of `password`.', {
              noun: 'password algorithm',
              example: 'scrypt',
            }),
          ),
        ...asked('database', 10),
      })
      .prefault({})
      .meta({ description: 'What the CONNECT auth `database` asks.' }),
    webservice: z
      .strictObject({
        format: z
          .enum(connectAuth.requestFormats)
          .default('json')
          .meta(
            about(
              'How the question is put: JSON as of EMQX, form fields answered by text as of RabbitMQ or by the status alone as of mosquitto-go-auth.',
              { noun: 'format', example: 'form' },
            ),
          ),
        ...asked('auth service', 20),
      })
      .prefault({})
      .meta({ description: 'How the CONNECT auth `webservice` asks.' }),
  };
}

function asked(whom: string, connections: number) {
  return {
    pool: z
      .int()
      .min(1)
      .max(1000)
      .default(connections)
      .meta(
        about(`Connections to the ${whom}, and so questions at a time.`, {
          unit: 'connections',
          example: 50,
        }),
      ),
    queue: queue('a connection'),
    timeout: positiveDuration()
      .default('2s')
      .meta(duration('How long a client waits for the answer, in the queue too.', { example: '500ms' })),
    onUnavailable: wayToFail().meta(
      about('What becomes of clients that cannot be checked: let in, or CONNACK 3, server unavailable.', {
        noun: 'way to fail',
        example: 'fail-open',
      }),
    ),
  };
}

function queue(what: string) {
  return z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1000)
    .meta(
      about(
        `Clients that may wait for ${what}; more are told server unavailable, or as \`onUnavailable\` says.`,
        {
          unit: 'clients',
          example: 100,
        },
      ),
    );
}
