import type { Lie } from './lie.ts';

/** Messages corrupted, left out, or never sent; those in the wrong order are in `message-orders.ts`. */

export const flightLies: readonly Lie[] = [
  {
    name: 'no-certificate-verify',
    description: 'a certificate without CertificateVerify',
    flight: (parts) => parts.filter((part) => part !== 'certificate-verify'),
  },
  {
    name: 'corrupted-finished',
    description: 'one bit of the Finished flipped',
    verifyData: (verifyData) => {
      const copy = Uint8Array.from(verifyData);
      copy[0] = (copy[0] ?? 0) ^ 1;
      return copy;
    },
  },
  {
    name: 'short-finished',
    description: 'a Finished of one byte less than it must have',
    verifyData: (verifyData) => verifyData.subarray(1),
  },
  { name: 'stop-after-tcp', description: 'connects and says nothing', silentAfter: 'tcp', flight: () => [] },
  {
    name: 'stop-after-client-hello',
    description: 'says nothing after its ClientHello',
    silentAfter: 'client-hello',
    flight: () => [],
  },
  {
    name: 'stop-after-certificate',
    description: 'says nothing after its Certificate',
    silentAfter: 'flight',
    flight: () => ['certificate'],
  },
  {
    name: 'stop-before-finished',
    description: 'says nothing after its CertificateVerify',
    silentAfter: 'flight',
    flight: (parts) => parts.filter((part) => part !== 'finished'),
  },
  {
    name: 'stop-after-finished',
    description: 'finishes the handshake and sends no application data',
    silentAfter: 'flight',
  },
];
