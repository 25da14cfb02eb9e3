import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What is served, by path. An answer that throws becomes a 500 with its sentence. */
export type LoopbackRoutes = Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>>;

export type LoopbackServer = {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Ends the server and whatever connection is open; resolves when the port is free. */
  close(): Promise<void>;
};

/**
 * Serves to this machine alone, on 127.0.0.1; port 0 lets the system choose. Names other than loopback's in the Host header are refused, so
 * that no page from elsewhere can read it by rebinding its name; and so is any method but GET.
 *
 * @throws the system's own error where the port can't be had.
 */
export async function serveLoopback(port: number, routes: LoopbackRoutes): Promise<LoopbackServer> {
  const paths = Object.keys(routes);
  const server = createServer((request, response) => {
    if (!isOwnName(request)) return refuse(response, 403, 'This is served to this machine alone.');
    if (request.method !== 'GET') return refuse(response, 405, 'It can only be read.');
    const route = paths.find((path) => path === request.url?.split('?')[0]);
    if (route === undefined) return refuse(response, 404, `There is ${paths.join(', ')}.`);
    void answer(response, routes[route]);
  });
  await listen(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(response: ServerResponse, route: LoopbackRoutes[string] | undefined): Promise<void> {
  try {
    await route?.(response);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (response.headersSent) response.destroy();
    else refuse(response, 500, reason);
  }
}

function isOwnName({ headers: { host = '' } }: IncomingMessage): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done());
  });
}

/** Pages that wait for news, as server-sent events. */
export class Listeners {
  readonly #open = new Set<ServerResponse>();

  get count(): number {
    return this.#open.size;
  }

  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
  }

  /** One line of data. */
  tell(event: string, data: string): void {
    for (const response of this.#open)
      response.write(`event: ${event}\ndata:${data === '' ? '' : ` ${data}`}\n\n`);
  }

  /** Resolves when what was told has gone out, or nobody listens any more. */
  async end(): Promise<void> {
    await Promise.all(
      [...this.#open].map(
        (response) =>
          new Promise<void>((done) => {
            response.on('close', () => done());
            response.end(() => done());
          }),
      ),
    );
  }
}
