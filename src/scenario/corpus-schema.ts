import { z } from 'zod';
import { about, duration, positiveDuration } from './about.ts';
import { path, pathWords } from './field-kinds.ts';
import { limits } from './limits.ts';
import type { Vocabulary } from './vocabulary.ts';

function given(words: string, example: string) {
  return path().meta(pathWords(words, { example }));
}

/** The certificates: how many, of which kind, under which CAs, in which CRL. */
export function corpusSchema(vocabulary: Vocabulary) {
  return z.strictObject({
    algorithm: z
      .enum(vocabulary.algorithms)
      .default('ecdsa-p256')
      .meta(
        about('Key algorithm of the clients and their CA.', { noun: 'algorithm', example: 'ecdsa-p256' }),
      ),
    identities: z
      .int()
      .min(1)
      .max(limits.identities)
      .optional()
      .meta(
        about(
          'Client identities in all, shared out by weight over the cohorts that carry a certificate and name no number of their own.',
          {
            unit: 'identities',
            example: 2400,
            otherwise: '1000, or the sum where every cohort names its own number',
          },
        ),
      ),
    crlEntries: z
      .int()
      .min(0)
      .max(limits.crlEntries)
      .optional()
      .meta(
        about(
          'Entries of the CRL in all; beyond the revoked identities it is filled with serial numbers that no one holds.',
          {
            unit: 'entries',
            example: 100_000,
            otherwise: 'as many as there are revoked identities',
          },
        ),
      ),
    caAlgorithm: z
      .enum(vocabulary.algorithms)
      .optional()
      .meta(
        about('Key algorithm of the CAs and of the broker, where it is not that of the clients.', {
          noun: 'algorithm',
          example: 'ecdsa-p256',
          otherwise: '`corpus.algorithm`',
        }),
      ),
    keys: z
      .enum(['fresh', 'pooled'])
      .optional()
      .meta(
        about(
          'A key of its own for every identity, or a pool of keys that they share: RSA keys take 50 ms and more each. The result says which.',
          { noun: 'way to keys', example: 'pooled', otherwise: '`fresh`' },
        ),
      ),
    keyPool: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta(
        about('Keys of an algorithm in the pool, where `keys` is `pooled`.', {
          unit: 'keys',
          example: 50,
          otherwise: '200',
        }),
      ),
    fixedKeys: z
      .boolean()
      .optional()
      .meta(
        about(
          'Keys that anybody can compute from the seed, so that two machines write files that are equal byte for byte. For tests only; ECDSA and Ed25519.',
          { example: true, otherwise: '`false`' },
        ),
      ),
    lifetime: positiveDuration()
      .optional()
      .meta(
        duration(
          'How long the certificates of clients are valid, for fleets that renew them often in place of revoking: at least nine tenths of it are left when the run begins.',
          { example: '24h', otherwise: 'through 2049' },
        ),
      ),
    serialOctets: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .meta(about('Length of the serial numbers.', { unit: 'octets', example: 20, otherwise: '16' })),
    signWith: z
      .strictObject({
        caFile: given('PEM file of the CA certificate.', 'test-ca.pem'),
        keyFile: given(
          'PEM file of its key, without a passphrase. It is read and copied nowhere.',
          'test-ca.key',
        ),
      })
      .optional()
      .meta({
        description:
          'A test CA of yours that signs the certificates of clients, in place of one of the forge.',
      }),
    from: z
      .strictObject({
        dir: given(
          'Folder with certificates (`.crt`, `.pem` or `.cer`, leaf first) and a `.key` beside each. Keys are read and copied nowhere.',
          'devices',
        ),
        cohorts: z.record(z.string(), z.string().min(1).max(500)).meta(
          about(
            'For each cohort the pattern of its certificate files; a cohort that is left out presents none.',
            {
              example: { good: 'good-*.crt', expired: 'old/*.crt' },
              expected: 'a map from names of cohorts to patterns of file names, such as good: good-*.crt',
            },
          ),
        ),
      })
      .optional()
      .meta({ description: 'Identities of yours in place of a forge’s, for an external broker.' }),
    authorities: authoritiesSchema().optional().meta({ description: 'The CAs above the clients.' }),
    crl: z
      .strictObject({
        kind: z
          .enum(vocabulary.crlKinds.map(({ name }) => name))
          .optional()
          .meta(
            about('How the client CA publishes what it has revoked.', {
              noun: 'kind of CRL',
              example: 'partitioned',
              otherwise: '`direct`',
            }),
          ),
        defect: z
          .enum(vocabulary.crlDefects.map(({ name }) => name))
          .optional()
          .meta(
            about('What is wrong with the CRL; it concerns all clients of the variant at once.', {
              noun: 'CRL defect',
              example: 'expired',
              otherwise: '`none`',
            }),
          ),
        partitions: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .meta(about('Parts of a partitioned CRL.', { unit: 'CRLs', example: 16, otherwise: '4' })),
      })
      .optional()
      .meta({ description: 'The CRL of the CAs that issue for clients.' }),
    certificate: certificateSchema()
      .optional()
      .meta({ description: 'What client certificates look like, in all cohorts that say nothing else.' }),
  });
}

function authoritiesSchema() {
  const names = z.array(z.string().min(1).max(1000)).min(1).max(100);
  return z.strictObject({
    depth: z
      .int()
      .min(1)
      .max(4)
      .optional()
      .meta(
        about(
          'Certificates below the root: 1 is the client’s alone, 4 has three intermediate CAs above it.',
          {
            unit: 'certificates',
            example: 3,
            otherwise: '1',
          },
        ),
      ),
    intermediates: z
      .enum(['sent', 'withheld'])
      .optional()
      .meta(
        about('Whether clients send the intermediate CAs along, or the broker’s CA file has them.', {
          noun: 'word',
          example: 'withheld',
          otherwise: '`sent`',
        }),
      ),
    roots: z
      .int()
      .min(1)
      .max(4)
      .optional()
      .meta(
        about('Roots that clients are issued under by turns, as while a CA is rolled over.', {
          unit: 'roots',
          example: 2,
          otherwise: '1',
        }),
      ),
    crossSigned: z
      .boolean()
      .optional()
      .meta(
        about('Clients of a later root send that root’s certificate along, signed by the first root.', {
          example: true,
          otherwise: '`false`',
        }),
      ),
    trust: z
      .enum(['all', 'first-root'])
      .optional()
      .meta(
        about('Which roots the broker’s CA file has.', {
          noun: 'word',
          example: 'first-root',
          otherwise: '`all`',
        }),
      ),
    pathLength: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .meta(
        about('How many CAs may follow the one that issues for clients (RFC 5280, 4.2.1.9).', {
          unit: 'CAs',
          example: 0,
          otherwise: 'no limit',
        }),
      ),
    nameConstraints: z
      .strictObject({
        permitted: names.optional().meta(
          about(
            'Names that the issuing CA may issue for: `dns:`, `uri:`, `email:`, `ip:` or `dir:` in front.',
            {
              example: ['dns:.example.org', 'ip:10.0.0.0/8', 'dir:O=certstorm'],
              otherwise: 'all',
            },
          ),
        ),
        excluded: names
          .optional()
          .meta(about('Names that it may not issue for.', { example: ['dns:.test'], otherwise: 'none' })),
      })
      .optional()
      .meta({
        description:
          'Name constraints of the CA that issues for clients (RFC 5280, 4.2.1.10); from depth 2 on.',
      }),
  });
}

/** The shape of client certificates, for a corpus or for one of its cohorts. */
export function certificateSchema() {
  const words = z.array(z.string().min(1).max(1000)).min(1).max(100);
  return z.strictObject({
    subject: z
      .string()
      .max(100_000)
      .optional()
      .meta(
        about(
          'Subject; `{index}`, `{number}`, `{clientId}`, `{cohort}`, `{serial}`, `{seed}` and names of `values` are filled in for each client.',
          { example: 'O={region}, CN=device-{index}', otherwise: '`O=certstorm, CN={clientId}`' },
        ),
      ),
    subjectAltNames: words.optional().meta(
      about('Subject alternative names, filled in likewise; an address may be counted on.', {
        example: [
          'uri:spiffe://example.org/{cohort}/{index}',
          'dns:d{index}.example.org',
          'ip:10.0.0.0+{index}',
        ],
        otherwise: '`uri:urn:certstorm:client:{clientId}`',
      }),
    ),
    values: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/), words)
      .optional()
      .meta(
        about('Lists of words that clients take by turns, to be used in the templates.', {
          example: { region: ['eu', 'us', 'asia'] },
          otherwise: 'none',
        }),
      ),
    keyUsage: words.optional().meta(
      about('Key usage.', {
        example: ['digitalSignature', 'keyAgreement'],
        otherwise: '`[digitalSignature]`',
      }),
    ),
    extKeyUsage: words.optional().meta(
      about('Extended key usage, by name or object identifier.', {
        example: ['clientAuth', '1.3.6.1.4.1.311.20.2.2'],
        otherwise: '`[clientAuth]`',
      }),
    ),
    policies: words.optional().meta(
      about('Certificate policies, by object identifier.', {
        example: ['2.23.140.1.2.1'],
        otherwise: 'none',
      }),
    ),
    crlDistributionPoints: words.optional().meta(
      about('Where a CRL is to be had, said in the certificate.', {
        example: ['http://127.0.0.1:8080/ca.crl'],
        otherwise: 'what `corpus.crl.kind` wants',
      }),
    ),
    ocsp: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta(
        about('URI of an OCSP responder, said in the certificate.', {
          example: 'http://127.0.0.1:8081/',
          otherwise: 'none',
        }),
      ),
    caIssuers: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta(
        about('URI of the issuer’s certificate, said in the certificate.', {
          example: 'http://127.0.0.1:8080/ca.crt',
          otherwise: 'none',
        }),
      ),
    mustStaple: z
      .boolean()
      .optional()
      .meta(about('Asks for a stapled OCSP answer (RFC 7633).', { example: true, otherwise: '`false`' })),
    size: z
      .int()
      .min(0)
      .max(65_536)
      .optional()
      .meta(
        about('The certificate is padded to about this size.', {
          unit: 'bytes',
          example: 16_384,
          otherwise: 'as large as it is, about 500',
        }),
      ),
  });
}
