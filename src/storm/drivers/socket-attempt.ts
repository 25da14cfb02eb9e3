import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Outcome } from '../../metrics/recorder.ts';
import { classifyError, type SocketError } from '../classify.ts';
import { closed } from '../outcomes.ts';
import type { TlsOrder } from '../tls-order.ts';
import { DriverAttempt, type TicketHolder } from './driver-attempt.ts';
import { bytesOnWire, readBeforeDying } from './tls-sockets.ts';

/** An attempt on a socket of Node's, plain or TLS: what the socket tells, and the bytes on its TCP connection. */
export abstract class SocketAttempt<
  Owner extends TicketHolder<Buffer> & { readonly tls: TlsOrder },
> extends DriverAttempt<Buffer, Owner> {
  bytesSent = 0;
  bytesReceived = 0;
  protected resumed = false;
  protected abstract readonly socket: Socket;

  get isOver(): boolean {
    return this.over;
  }

  destroy(): void {
    this.countBytes();
    this.silence();
    this.socket.destroy();
  }

  countBytes(): void {
    const bytes = this.over ? undefined : bytesOnWire(this.socket);
    if (bytes === undefined) return;
    this.bytesSent = bytes.bytesWritten;
    this.bytesReceived = bytes.bytesRead;
  }

  /** To be called once `socket` is there. */
  protected watch(): void {
    const { socket, listener } = this;
    readBeforeDying(socket, this);
    socket.on('error', (error: SocketError) => this.fail(classifyError(error, listener.phase)));
    socket.once('end', () => this.fail(closed));
    socket.once('close', () => {
      this.stopWaiting();
      this.end(closed);
      listener.closed();
    });
  }

  /** Plain TCP: there is no handshake to wait for. */
  protected watchTcp(socket: Socket, open?: () => void): void {
    socket.once('connect', () => {
      const now = performance.now();
      this.listener.connected(now);
      this.listener.secured(now, undefined);
      if (!this.over) open?.();
    });
  }

  protected watchTls(socket: TLSSocket, secured: () => void, ticketCame: (ticket: Buffer) => void): void {
    const { fragment } = this.client.tls;
    if (fragment !== undefined) socket.setMaxSendFragment(fragment);
    // Before Node's own listener, which makes and sends the ClientHello: that is the handshake's time.
    socket.prependOnceListener('connect', () => this.listener.connected(performance.now()));
    socket.once('secureConnect', secured);
    if (this.client.resumes) socket.on('session', ticketCame);
  }

  /** Node leaves a socket open that received an alert after its handshake. */
  protected fail(outcome: Outcome, atMs?: number): void {
    this.end(outcome, atMs);
    this.socket.destroy();
  }

  protected override end(outcome: Outcome, atMs: number = performance.now()): void {
    this.countBytes();
    super.end(outcome, atMs);
  }
}

/** What a client offers to `tls.connect` beside its SecureContext. */
export function offerOf(
  { alpn, sni }: TlsOrder,
  serverName: string,
  ticket: Buffer | undefined,
): ConnectionOptions {
  const asked = sni === undefined ? serverName : sni;
  return {
    ...(ticket === undefined ? {} : { session: ticket }),
    ...(alpn === undefined ? {} : { ALPNProtocols: alpn }),
    // RFC 6066, 3: a server name is a DNS name.
    ...(asked !== null && isIP(asked) === 0 ? { servername: asked } : {}),
  };
}
