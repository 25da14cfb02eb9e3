import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Agreement, Agreements } from '../../metrics/agreement.ts';
import type { SocketError } from '../classify.ts';
import { ticketLifetimeOf } from './openssl-session.ts';

/** What the drivers on Node's own TLS have in common: what was agreed on, bytes on the wire, and hearing an alert before dying of a write. */

/** Names of groups as scenarios and results write them; OpenSSL calls P-256 `prime256v1`, or as IANA does where it resumes TLS 1.2. */
const groupNames: Record<string, string> = {
  prime256v1: 'P-256',
  x25519: 'X25519',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

export function groupOf(info: ReturnType<TLSSocket['getEphemeralKeyInfo']>): string {
  const name = info !== null && 'name' in info ? String(info.name) : undefined;
  return name === undefined ? 'none' : (groupNames[name] ?? name);
}

export function agreementOf(
  agreements: Agreements,
  socket: TLSSocket,
  group: string,
  resumed: boolean,
  offered: Buffer | undefined,
): Agreement {
  const alpn = socket.alpnProtocol;
  return agreements.of(
    socket.getProtocol() ?? 'unknown',
    socket.getCipher().standardName,
    group,
    typeof alpn === 'string' ? alpn : 'none',
    resumed,
    offered === undefined ? 'none' : String(ticketLifetimeOf(offered) ?? 'unknown'),
  );
}

/** A TLSSocket counts the bytes within TLS; those on the wire are counted by the TCP handle below it. */
type ByteCounts = { bytesRead: number; bytesWritten: number };
type SocketWithHandle = Socket & { _handle?: (ByteCounts & { _parent?: ByteCounts }) | null };

/** Bytes of the TCP connection; undefined when its handle is gone: afterwards nobody knows. */
export function bytesOnWire(socket: Socket): ByteCounts | undefined {
  const handle = (socket as SocketWithHandle)._handle;
  return socket instanceof TLSSocket ? handle?._parent : (handle ?? undefined);
}

export type SocketOwner = {
  /** Whether it has its outcome. */
  readonly isOver: boolean;
  /** Called while the socket still has its handle. */
  countBytes(): void;
};

/**
 * Stands before the socket's own `destroy`, which Node calls on whatever error comes first. Where a server sends an alert and closes before
 * this client has written, the first error is the failed write (EPIPE, ECONNRESET) and the alert lies unread in the receive queue. Two
 * turns of the event loop are enough to read what the kernel already holds.
 */
export function readBeforeDying(socket: Socket, owner: SocketOwner): void {
  let writeFailed = false;
  socket.destroy = (error?: SocketError): Socket => {
    if (error?.syscall === 'write' && !owner.isOver && !writeFailed) {
      writeFailed = true;
      setImmediate(() => setImmediate(() => socket.destroy(error)));
      return socket;
    }
    owner.countBytes();
    return Socket.prototype.destroy.call(socket, error);
  };
}
