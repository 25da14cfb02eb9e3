import type { Socket } from 'node:net';
import { messageOf } from '../service-error.ts';
import { encodeReply, textReply } from './reply.ts';
import { HttpError, type HttpRequest, RequestReader } from './request.ts';

/** How an answer goes out: octets, or something that does with the connection what it likes until it resolves. */
export type Delivery = readonly Buffer[] | ((socket: Socket) => Promise<void>);

export type Handler = (request: HttpRequest) => Delivery | Promise<Delivery>;

/** How long a connection may stay without a whole request. */
const idleMs = 30_000;
/** Requests that wait behind one that takes long: beyond this the client is no longer read. */
const waitingOctets = 128 * 1024;

/** Serves the requests of one connection, one after the other. `onError`: a fault of ours, after which the connection is closed. */
export function serveConnection(socket: Socket, handle: Handler, onError: (message: string) => void): void {
  const reader = new RequestReader();
  let busy = false;
  let over = false;
  socket.setNoDelay(true);
  socket.setTimeout(idleMs, () => {
    if (!busy) socket.destroy();
  });
  // The client is gone; 'close' follows.
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    if (over) return;
    reader.push(chunk);
    if (busy && reader.waiting > waitingOctets) socket.pause();
    pump();
  });

  function pump(): void {
    while (!busy && !over && !socket.destroyed) {
      let request: HttpRequest | null;
      try {
        request = reader.next();
      } catch (error) {
        refuse(error instanceof HttpError ? error : new HttpError(500, messageOf(error)));
        return;
      }
      if (request === null) return;
      answer(request);
    }
  }

  function answer(request: HttpRequest): void {
    const delivery = tried(() => handle(request));
    if (delivery === null) return;
    if (Array.isArray(delivery)) {
      write(delivery);
      if (request.close) end();
      return;
    }
    busy = true;
    void finish(request, delivery as Exclude<typeof delivery, readonly Buffer[]>);
  }

  async function finish(
    request: HttpRequest,
    pending: Promise<Delivery> | Exclude<Delivery, readonly Buffer[]>,
  ) {
    try {
      const delivery = await pending;
      if (socket.destroyed) return;
      if (typeof delivery === 'function') await delivery(socket);
      else write(delivery);
      if (request.close) end();
    } catch (error) {
      failed(error);
    }
    busy = false;
    socket.resume();
    pump();
  }

  function write(parts: readonly Buffer[]): void {
    for (const part of parts) socket.write(part);
  }

  /** Whatever else the client sends is not read as a request. */
  function end(last?: Buffer): void {
    over = true;
    if (last === undefined) socket.end();
    else socket.end(last);
  }

  function refuse({ status, message }: HttpError): void {
    end(Buffer.concat(encodeReply(textReply(status, message), { close: true })));
  }

  function tried<T>(act: () => T): T | null {
    try {
      return act();
    } catch (error) {
      failed(error);
      return null;
    }
  }

  function failed(error: unknown): void {
    onError(messageOf(error));
    if (!socket.destroyed) refuse(new HttpError(500, 'the service failed'));
  }
}
