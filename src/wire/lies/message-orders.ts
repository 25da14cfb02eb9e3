import type { MessageOrder } from './lie.ts';

/**
 * Messages that are good by themselves, where they have no place. A server in any state takes the messages that RFC 8446, appendix A.2 draws
 * from there and must end the connection with `unexpected_message` at any other (section 4). CONNECT follows as it always does, so that a
 * server which does not mind lets the client in, and is seen to.
 */
export const messageOrders: readonly MessageOrder[] = [
  {
    name: 'client-hello-twice',
    description: 'a second ClientHello, though no HelloRetryRequest asked for one',
    clause: '4.1.2',
    intrusion: { where: 'behind-client-hello', what: 'client-hello' },
  },
  {
    name: 'end-of-early-data-unasked',
    description: 'EndOfEarlyData before Certificate, though there was no early data',
    clause: '4.5',
    flight: (parts) => ['end-of-early-data', ...parts],
  },
  {
    name: 'key-update-before-finished',
    description: 'KeyUpdate before Certificate; the keys stay as they are',
    clause: '4.6.3',
    intrusion: { where: 'before-flight', what: 'key-update' },
  },
  {
    name: 'connect-before-finished',
    description: 'CONNECT before Certificate, under the keys of the handshake',
    clause: '2',
    intrusion: { where: 'before-flight', what: 'application-data' },
  },
  {
    name: 'certificate-verify-first',
    description: 'CertificateVerify before Certificate',
    clause: '4.4.3',
    flight: () => ['certificate-verify', 'certificate', 'finished'],
  },
  {
    name: 'finished-first',
    description: 'Finished before Certificate',
    clause: '4.4.4',
    flight: () => ['finished', 'certificate', 'certificate-verify'],
  },
  {
    name: 'finished-before-certificate-verify',
    description: 'Finished between Certificate and CertificateVerify',
    clause: '4.4.3',
    flight: () => ['certificate', 'finished', 'certificate-verify'],
  },
  {
    name: 'certificate-message-twice',
    description: 'the Certificate message sent twice',
    clause: '4.4.2',
    flight: (parts) => ['certificate', ...parts],
  },
  {
    name: 'no-certificate-message',
    description: 'Finished in place of a Certificate message, though the server asked for one',
    clause: '4.4.2',
    flight: (parts) => parts.filter((part) => part === 'finished'),
  },
  {
    name: 'change-cipher-spec-after-finished',
    description: 'a change_cipher_spec record behind Finished',
    clause: '5',
    intrusion: { where: 'behind-finished', what: 'change-cipher-spec' },
  },
  {
    name: 'client-hello-after-finished',
    description: 'a ClientHello behind Finished, as renegotiation in TLS 1.2 begins',
    clause: '4.1.2',
    intrusion: { where: 'behind-finished', what: 'client-hello' },
  },
];
