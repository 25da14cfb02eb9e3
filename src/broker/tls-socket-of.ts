import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

const carriers = new WeakMap<Duplex, TLSSocket>();

/** A stream goes over a TLS connection, as a WebSocket's does. */
export function goesOver(stream: Duplex, socket: Duplex): void {
  if (socket instanceof TLSSocket) carriers.set(stream, socket);
}

/** The TLS connection that a stream is, or goes over; null where there is none. */
export function tlsSocketOf(stream: Duplex): TLSSocket | null {
  return stream instanceof TLSSocket ? stream : (carriers.get(stream) ?? null);
}
