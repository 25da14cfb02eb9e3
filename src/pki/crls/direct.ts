import type { CrlKind } from './crl-kind.ts';

export const direct: CrlKind = {
  name: 'direct',
  describe: 'one complete CRL, signed by the CA itself',
  clause: 'RFC 5280 5',
  opensslFlags: [],
  lists: (revoked, padding) => [{ revoked, padding, paddingFrom: 0, crlNumber: 1, extensions: [] }],
};
