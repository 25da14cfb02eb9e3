import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionBook } from '../connection-book.ts';

/** Plain MQTT: every connection goes on to it at once. */
export function tcpDoor(book: ConnectionBook, enter: (socket: Socket) => void): Server {
  const server = createServer({ noDelay: true });
  server.on('connection', (socket: Socket) => {
    book.enterConnect(socket);
    enter(socket);
  });
  return server;
}
