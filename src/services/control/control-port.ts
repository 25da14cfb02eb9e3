import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenService, RevokeOrder } from '../service.ts';
import { listenError, messageOf, ServiceError } from '../service-error.ts';

/** Serial numbers of a whole fleet fit in. */
const bodyOctets = 16 * 2 ** 20;
const loopback = '127.0.0.1';

/**
 * Lets a user change a service while it serves, on a loopback port of its own:
 *
 *     GET  /snapshot                              → what it has counted
 *     POST /revoke  {"serials": ["1A2B"], "reason": "keyCompromise"}
 *     PUT  /faults  ["delay=200ms@25%"]           → [] ends them all
 *
 * Bodies must be application/json, which no web page can send here without being asked first, and requests must name the loopback address,
 * so that no name that resolves to it gets through. Throws ServiceError.
 */
export async function openControlPort(
  service: OpenService,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => void serve(service, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, loopback, port)));
    server.listen(port, loopback, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  service: OpenService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body, null, 2)}\n`);
  };
  try {
    answer(200, await act(service, request));
  } catch (error) {
    const mistaken = error instanceof ServiceError || error instanceof SyntaxError;
    answer(mistaken ? 400 : 500, { error: messageOf(error) });
  }
}

async function act(service: OpenService, request: IncomingMessage): Promise<unknown> {
  const { method, url, headers } = request;
  if (headers.origin !== undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? ''))
    throw new ServiceError(
      'ERR_SERVICE_CONTROL',
      'this port is for programs on this machine, not for web pages',
    );
  if (method === 'GET' && url === '/snapshot') return service.snapshot();
  if (method === 'POST' && url === '/revoke') {
    service.revoke(asRevokeOrder(await readJson(request)));
    return { done: true };
  }
  if (method === 'PUT' && url === '/faults') {
    await service.setFaults(asTexts(await readJson(request), 'the faults'));
    return { done: true };
  }
  throw new ServiceError('ERR_SERVICE_CONTROL', 'there are GET /snapshot, POST /revoke and PUT /faults');
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new ServiceError('ERR_SERVICE_CONTROL', 'the body must be application/json');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyOctets) throw new ServiceError('ERR_SERVICE_CONTROL', 'the body is longer than 16 MiB');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function asTexts(value: unknown, what: string): string[] {
  if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
  throw new ServiceError('ERR_SERVICE_CONTROL', `${what} must be a list of texts`);
}

function asRevokeOrder(value: unknown): RevokeOrder {
  if (typeof value !== 'object' || value === null)
    throw new ServiceError('ERR_SERVICE_CONTROL', 'the body must be an object with "serials"');
  const { serials, reason, crl, issuer } = value as Record<string, unknown>;
  const wrong = (name: string) => new ServiceError('ERR_SERVICE_CONTROL', `"${name}" is of the wrong type`);
  if (reason !== undefined && typeof reason !== 'string') throw wrong('reason');
  if (crl !== undefined && typeof crl !== 'string') throw wrong('crl');
  if (issuer !== undefined && typeof issuer !== 'number') throw wrong('issuer');
  return {
    serials: asTexts(serials, '"serials"'),
    ...(reason !== undefined && { reason }),
    ...(crl !== undefined && { crl }),
    ...(issuer !== undefined && { issuer }),
  };
}
