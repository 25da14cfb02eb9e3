import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** How often the files are looked at. */
const pollMs = 500;

/**
 * Serves one page on loopback, made anew for each request, and tells open pages when one of its files has changed. Other names than
 * loopback's in the Host header are refused, so that no page from elsewhere can read it by rebinding its name.
 *
 * @throws the system's own error where the port can't be had.
 */
export async function serveReport(
  files: readonly string[],
  render: () => Promise<string>,
  port: number,
): Promise<{ address: string; close(): Promise<void> }> {
  const listeners = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (!isOwnName(request)) return end(response, 403, 'This report is served to this machine alone.');
    if (request.method !== 'GET') return end(response, 405, 'A report can only be read.');
    if (request.url === '/changes') return subscribe(listeners, response);
    if (request.url !== '/') return end(response, 404, 'There is one page: /');
    render().then(
      (page) =>
        response
          .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
          .end(page),
      (error: unknown) => waiting(response, error instanceof Error ? error.message : String(error)),
    );
  });
  await listen(server, port);
  let seen = await stamp(files);
  const timer = setInterval(() => {
    void stamp(files).then((now) => {
      if (now === seen) return;
      seen = now;
      for (const listener of listeners) listener.write('event: change\ndata:\n\n');
    });
  }, pollMs);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    address: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((done) => {
        clearInterval(timer);
        for (const listener of listeners) listener.end();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function isOwnName({ headers: { host = '' } }: IncomingMessage): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);
}

function subscribe(listeners: Set<ServerResponse>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  listeners.add(response);
  response.on('close', () => listeners.delete(response));
}

/** The result is not there yet, or just being written: the browser asks again by itself. */
function waiting(response: ServerResponse, reason: string): void {
  response.writeHead(503, {
    'content-type': 'text/plain; charset=utf-8',
    refresh: '1',
    'cache-control': 'no-store',
  });
  response.end(`Waiting: ${reason}\n`);
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done());
  });
}

/** Changes with each file's time and size; a file that is not there is a state like any other. */
async function stamp(files: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
        () => 'absent',
      ),
    ),
  );
  return parts.join('; ');
}
