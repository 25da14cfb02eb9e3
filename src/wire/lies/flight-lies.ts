import type { Lie } from './lie.ts';

/** Messages left out, in the wrong order, corrupted, or never sent. */

export const flightLies: readonly Lie[] = [
  {
    name: 'no-certificate-verify',
    description: 'a certificate without CertificateVerify',
    flight: (parts) => parts.filter((part) => part !== 'certificate-verify'),
  },
  {
    name: 'no-certificate-message',
    description: 'no Certificate message at all, though the server asked',
    flight: (parts) => parts.filter((part) => part === 'finished'),
  },
  {
    name: 'certificate-verify-first',
    description: 'CertificateVerify before Certificate',
    flight: () => ['certificate-verify', 'certificate', 'finished'],
  },
  {
    name: 'finished-first',
    description: 'Finished before Certificate',
    flight: () => ['finished', 'certificate', 'certificate-verify'],
  },
  {
    name: 'certificate-message-twice',
    description: 'the Certificate message sent twice',
    flight: (parts) => ['certificate', ...parts],
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
