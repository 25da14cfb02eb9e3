import { readTlv } from '../der-reader.ts';
import type { Defect } from './defect.ts';

export const berLength: Defect = {
  name: 'ber-length',
  describe: 'the length of the whole in more octets than it needs, as BER allows and DER does not',
  expect: 'reject',
  certificate: true,
  clause: 'RFC 5280 4.1, X.690 10.1',
  verifyErrors: [],
  driver: 'wire',
  encoding: (certificate) => {
    const outer = readTlv(certificate, 0);
    if (!outer) return certificate;
    const length = outer.end - outer.contents;
    return Buffer.concat([
      Uint8Array.of(0x30, 0x84, 0, length >> 16, (length >> 8) & 0xff, length & 0xff),
      certificate.subarray(outer.contents),
    ]);
  },
};
