import { createCipheriv, hash } from 'node:crypto';
import type { Defect } from './defect.ts';

export const randomBytes: Defect = {
  name: 'random-bytes',
  describe: 'as many octets as a certificate has, drawn from its serial number',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1',
  verifyErrors: [],
  undecodable: true,
  driver: 'wire',
  encoding: (certificate, { serialNumber }) => {
    const key = hash('sha256', serialNumber, 'buffer').subarray(0, 16);
    return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(certificate.length));
  },
};
