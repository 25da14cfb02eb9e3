import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenError } from '../service-error.ts';
import { type Handler, serveConnection } from './connection.ts';

/** As many connections as the kernel may hold for us; a dropped SYN would cost its client a second. */
const backlog = 4096;

/** An HTTP/1.1 listener that can be shut and opened again on the same port. */
export class HttpServer {
  readonly host: string;
  readonly #handle: Handler;
  readonly #onError: (message: string) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port: number;
  /** Connections accepted since the start. */
  connections = 0;
  #closedSent = 0;
  #closedReceived = 0;

  constructor(host: string, port: number, handle: Handler, onError: (message: string) => void) {
    this.host = host;
    this.#port = port;
    this.#handle = handle;
    this.#onError = onError;
  }

  get port(): number {
    return this.#port;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Octets on all connections so far, HTTP and what it carries; `bytesWritten` counts what is still in a buffer too. */
  get bytes(): { sent: number; received: number } {
    let sent = this.#closedSent;
    let received = this.#closedReceived;
    for (const { bytesWritten, bytesRead } of this.#sockets) {
      sent += bytesWritten;
      received += bytesRead;
    }
    return { sent, received };
  }

  /** Throws ServiceError with a sentence for the user. */
  async open(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        this.#server = null;
        reject(listenError(error, this.host, this.#port));
      });
      server.listen({ host: this.host, port: this.#port, backlog }, () => {
        server.removeAllListeners('error');
        // Out of file descriptors: the connection is lost, the listener goes on.
        server.on('error', (error) => this.#onError(error.message));
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Shuts the port and cuts every connection: whoever connects now is refused by the kernel. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#closedSent += socket.bytesWritten;
      this.#closedReceived += socket.bytesRead;
    });
    serveConnection(socket, this.#handle, this.#onError);
  }
}
