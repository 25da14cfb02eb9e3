import type { Defect } from './defect.ts';

export const trailingBytes: Defect = {
  name: 'trailing-bytes',
  describe: 'sixteen octets behind the end of the certificate',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1, RFC 8446 4.4.2',
  verifyErrors: [],
  undecodable: true,
  driver: 'wire',
  encoding: (certificate) => Buffer.concat([certificate, Buffer.alloc(16)]),
};
