import { deltaCrlIndicator, freshestCrl } from '../extensions.ts';
import type { CrlKind } from './crl-kind.ts';

export const delta: CrlKind = {
  name: 'delta',
  describe: 'a complete CRL from before, which has the padding alone, and a delta CRL that has the revoked',
  clause: 'RFC 5280 5.2.4, 6.3.3 (c)',
  opensslFlags: ['-use_deltas'],
  lists: (revoked, padding) => [
    {
      revoked: [],
      padding,
      paddingFrom: 0,
      crlNumber: 1,
      extensions: [freshestCrl('http://crl.certstorm.invalid/delta.crl')],
    },
    { revoked, padding: 0, paddingFrom: 0, crlNumber: 2, extensions: [deltaCrlIndicator(1)] },
  ],
};
