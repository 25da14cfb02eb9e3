/** What a client does to occupy a server for little: goes no further than this, or writes no faster. */
export type SlowOrder = {
  /** Falls silent there and stays, until the server has had enough or its own time is up. */
  stopAfter?: StopPoint;
  /** Bytes a second from the first on, whatever they are. */
  bytesPerSecond?: number;
};

/** Before a ClientHello; before the client's own flight; in it, after its Certificate or its CertificateVerify; after the handshake, before CONNECT. */
export type StopPoint = 'tcp-connect' | 'client-hello' | 'certificate' | 'certificate-verify' | 'handshake';

/** The lie of the wire client by which it falls silent there. */
export const silences: Readonly<Record<StopPoint, string>> = {
  'tcp-connect': 'stop-after-tcp',
  'client-hello': 'stop-after-client-hello',
  certificate: 'stop-after-certificate',
  'certificate-verify': 'stop-before-finished',
  handshake: 'stop-after-finished',
};
