import { describe, expect, it } from 'vitest';
import { describeNegotiated } from '../../src/run/session-figures.ts';
import { cohortRecording } from './recordings.ts';

const negotiated = {
  protocol: { 'TLSv1.3': 90, 'TLSv1.2': 10 },
  cipher: { TLS_AES_128_GCM_SHA256: 90, 'ECDHE-ECDSA-AES128-GCM-SHA256': 10 },
  group: { X25519: 60, X25519MLKEM768: 40 },
  alpn: { none: 100 },
  resumed: 30,
  ticketLifetimeS: { 300: 40 },
};
const recording = { ...cohortRecording([['accepted', '', 100]]), negotiated };

describe('what was agreed on', () => {
  it('stands beside what was asked for: asking is not getting', () => {
    const tls = {
      versions: ['1.2' as const, '1.3' as const],
      groups: ['X25519MLKEM768', 'X25519'],
      ciphers: ['TLS_AES_256_GCM_SHA384'],
      alpn: ['mqtt'],
    };
    expect(describeNegotiated(recording, tls)).toEqual({
      ...negotiated,
      earlyData: 'not offered',
      asAsked: { protocol: 90, cipher: 0, group: 40, alpn: 0, resumed: 30 },
    });
    expect(describeNegotiated(recording, { versions: ['1.2'] })?.asAsked).toEqual({
      protocol: 10,
      resumed: 30,
    });
  });

  it('has no tickets where none was offered, and is nothing where no handshake was finished', () => {
    const none = { ...recording, negotiated: { ...negotiated, resumed: 0, ticketLifetimeS: {} } };
    expect(describeNegotiated(none)).not.toHaveProperty('ticketLifetimeS');
    expect(describeNegotiated(none)).not.toHaveProperty('asAsked');
    expect(describeNegotiated({ ...recording, negotiated: { ...negotiated, protocol: {} } })).toBeUndefined();
  });
});
