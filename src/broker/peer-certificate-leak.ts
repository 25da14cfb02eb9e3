import type { TLSSocket } from 'node:tls';

/**
 * Node 24.21 (and 26.8) asks the handle of every verified server-side TLS socket for its peer certificate, only to see that there is
 * one, and each time leaks a reference to it: 4.4 kB a connection with a P-256 certificate, so gigabytes in a long storm, which would
 * stand in the report as the broker's memory.
 *
 * A client without a certificate gets as far as that question in a resumed session only (TLS 1.3 lets a PSK stand for the certificate):
 * in a full handshake OpenSSL has already refused it. So Node's question goes through for resumed sessions, and is answered here for all
 * others. After this, `socket.getPeerX509Certificate()` is of no use in this process; `getPeerCertificate()` is as ever, and leaks nothing.
 *
 * Takes effect for every later connection of the process. Does nothing where Node has no such method.
 */
export function mendPeerCertificateLeak(socket: TLSSocket): void {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return;
  const prototype: unknown = Object.getPrototypeOf(handle);
  if (typeof prototype !== 'object' || prototype === null) return;
  const ask: unknown = Reflect.get(prototype, method);
  const isReused: unknown = Reflect.get(prototype, 'isSessionReused');
  if (typeof ask !== 'function' || typeof isReused !== 'function' || mended.has(prototype)) return;
  mended.add(prototype);
  Reflect.set(prototype, method, function askIfResumed(this: unknown) {
    return Reflect.apply(isReused, this, []) ? Reflect.apply(ask, this, []) : true;
  });
}

const method = 'getPeerX509Certificate';
const mended = new WeakSet<object>();
