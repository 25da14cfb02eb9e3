import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Listeners, serveLoopback } from './loopback-server.ts';

/** How often the files are looked at. */
const pollMs = 500;

/**
 * Serves one page on loopback, made anew for each request, and tells open pages when one of its files has changed.
 *
 * @throws the system's own error where the port can't be had.
 */
export async function serveReport(
  files: readonly string[],
  render: () => Promise<string>,
  port: number,
): Promise<{ address: string; close(): Promise<void> }> {
  const listeners = new Listeners();
  const { origin, close } = await serveLoopback(port, {
    '/': (response) =>
      render().then(
        (page) =>
          void response
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
            .end(page),
        (error: unknown) => waiting(response, error instanceof Error ? error.message : String(error)),
      ),
    '/changes': (response) => listeners.add(response),
  });
  let seen = await stamp(files);
  const timer = setInterval(() => {
    void stamp(files).then((now) => {
      if (now === seen) return;
      seen = now;
      listeners.tell('change', '');
    });
  }, pollMs);
  return {
    address: `${origin}/`,
    close: async () => {
      clearInterval(timer);
      await listeners.end();
      await close();
    },
  };
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
