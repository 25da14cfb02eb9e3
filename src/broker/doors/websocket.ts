import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { ConnectionBook } from '../connection-book.ts';
import { goesOver } from '../tls-socket-of.ts';
import { abandonment, connectVerdict, protocolError } from '../verdict.ts';

/**
 * MQTT over WebSocket (MQTT 3.1.1, 6) on connections that another door has let in: `enter` is called with the stream of each that has been
 * upgraded, whatever its path. Anything but an upgrade within the time limit is no MQTT, and booked so.
 */
export function webSocketDoor(
  timeoutMs: number,
  book: ConnectionBook,
  enter: (stream: Duplex) => void,
): (socket: TLSSocket) => void {
  const http = createServer();
  const webSockets = new WebSocketServer({
    noServer: true,
    // The client MUST offer it and the server MUST choose it (MQTT 3.1.1, 6); old clients call it after their version.
    handleProtocols: (offered) => [...offered].find((name) => /^mqtt(?:v3\.1)?$/.test(name)) ?? false,
  });
  webSockets.on('wsClientError', (_error, socket) => refuse(socket));

  function refuse(socket: Duplex): void {
    book.settle(socket, protocolError());
    socket.destroy();
  }

  const timers = new WeakMap<Duplex, NodeJS.Timeout>();
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      clearTimeout(timers.get(socket));
      const stream = createWebSocketStream(webSocket);
      book.carry(socket, stream);
      goesOver(stream, socket);
      enter(stream);
    });
  });
  http.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    book.settle(socket, protocolError());
    // RFC 9110 15.5.22.
    response
      .writeHead(426, { upgrade: 'websocket', connection: 'close' })
      .end('This is MQTT over WebSocket.\n');
  });
  http.on('clientError', (error: Error, socket: Duplex) => {
    book.settle(socket, connectVerdict(error));
    socket.destroy();
  });

  return (socket) => {
    const timer = setTimeout(() => {
      book.settle(socket, abandonment('connect-timeout'));
      socket.destroy();
    }, timeoutMs);
    timers.set(socket, timer);
    socket.once('close', () => clearTimeout(timer));
    http.emit('connection', socket);
  };
}
