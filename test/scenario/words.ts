import { checkRoundMetric } from '../../src/gate/round-figures.ts';
import { checkThreshold } from '../../src/gate/thresholds.ts';
import { fieldAt, fieldSchema, properties } from '../../src/scenario/field-schema.ts';
import type { Vocabulary } from '../../src/scenario/vocabulary.ts';

/** A vocabulary of its own for these tests, so that they hold whatever the other rooms can do today. */
export const words: Vocabulary = {
  defects: [
    { name: 'none', describe: 'nothing is wrong', certificate: true, revoked: false },
    { name: 'expired', describe: 'notAfter has passed', certificate: true, revoked: false },
    { name: 'not-yet-valid', describe: 'notBefore is to come', certificate: true, revoked: false },
    { name: 'revoked', describe: 'the serial number is on the CRL', certificate: true, revoked: true },
    {
      name: 'unknown-ca',
      describe: 'issued by a CA that the broker does not know',
      certificate: true,
      revoked: false,
    },
    { name: 'self-signed', describe: 'issued by itself', certificate: true, revoked: false },
    { name: 'wrong-eku', describe: "a server's certificate", certificate: true, revoked: false },
    { name: 'no-certificate', describe: 'an empty certificate list', certificate: false, revoked: false },
    {
      name: 'bad-signature',
      describe: 'one bit of the signature is flipped',
      certificate: true,
      revoked: false,
    },
  ],
  crlKinds: [{ name: 'direct', describe: 'one list' }],
  crlDefects: [{ name: 'none', describe: 'a good one' }],
  algorithms: ['ecdsa-p256', 'rsa-2048'],
  targets: [
    {
      kind: 'bundled',
      revocation: ['none', 'crl-native'],
      connectAuth: ['none', 'password-hash'],
      transports: ['tls'],
    },
    { kind: 'relaying', revocation: ['none', 'ocsp'], connectAuth: ['none'], transports: ['tls'] },
  ],
  drivers: ['node', 'mqttjs'],
  slowDrivers: ['mqttjs'],
  messageOrders: [{ name: 'finished-first', describe: 'Finished first', driver: 'mqttjs' }],
  connectAuth: {
    passwordAlgorithms: [
      { name: 'scrypt', parameters: ['cost'] },
      { name: 'sha256', parameters: [] },
    ],
    databases: ['sqlite', 'postgres'],
    requestFormats: ['json', 'form'],
  },
  checkThreshold,
  checkRoundMetric,
};

/** The fields that the schema knows at a place, in its order, each with `prefix`: what sentences list, however many there are today. */
export function fieldsOf(place?: string, prefix = ''): string {
  const fields = properties(fieldAt(fieldSchema(words), place === undefined ? [] : [place]) ?? {}) ?? {};
  return Object.keys(fields)
    .filter((name) => name !== '$schema')
    .map((name) => `${prefix}${name}`)
    .join(', ');
}
