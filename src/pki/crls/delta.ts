import { deltaCrlIndicator, freshestCrl } from '../extensions.ts';
import type { CrlKind } from './crl-kind.ts';

/** CRLReason (RFC 5280 5.3.1). */
const certificateHold = 6;
const removeFromCrl = 8;

export const delta: CrlKind = {
  name: 'delta',
  describe:
    'a complete CRL from before, which has the padding and the released, and a delta CRL that has the revoked and removes the released',
  clause: 'RFC 5280 5.2.4, 6.3.3 (c)',
  opensslFlags: ['-use_deltas'],
  lists: (revoked, padding, { released }) => [
    {
      revoked: released.map((each) => ({ ...each, reason: certificateHold })),
      padding,
      paddingFrom: 0,
      crlNumber: 1,
      extensions: [freshestCrl('http://crl.certstorm.invalid/delta.crl')],
    },
    {
      revoked: [...revoked, ...released.map((each) => ({ ...each, reason: removeFromCrl }))],
      padding: 0,
      paddingFrom: 0,
      crlNumber: 2,
      extensions: [deltaCrlIndicator(1)],
    },
  ],
};
