import { readTlv } from '../der-reader.ts';
import type { Defect } from './defect.ts';

export const indefiniteLength: Defect = {
  name: 'indefinite-length',
  describe: 'the whole in the indefinite form, ended by two zero octets, as BER allows and DER does not',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1, X.690 10.1',
  verifyErrors: [],
  driver: 'wire',
  encoding: (certificate) => {
    const outer = readTlv(certificate, 0);
    if (!outer) return certificate;
    return Buffer.concat([
      Uint8Array.of(0x30, 0x80),
      certificate.subarray(outer.contents),
      Uint8Array.of(0, 0),
    ]);
  },
};
