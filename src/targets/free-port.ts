import { once } from 'node:events';
import { createServer } from 'node:net';
import { TargetError } from './target-error.ts';

/**
 * A TCP port of `host` that nobody listens on, for brokers that cannot choose one themselves; `wanted` other than 0 is only tried.
 * Another process may take it before the broker does: the broker then says so.
 *
 * Throws TargetError with the system's code (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`) and a sentence.
 */
export async function freePort(host: string, wanted: number): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host, port: wanted, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it has no port');
    return address.port;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_TARGET';
    throw new TargetError(code, sentence(code, host, wanted, error), { cause: error });
  } finally {
    server.close();
  }
}

function sentence(code: string, host: string, port: number, error: unknown): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use: stop what listens there or choose another target.port (0 lets the system choose)`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine: a broker that certstorm starts listens on one of its own, such as 127.0.0.1`;
    case 'EACCES':
      return `port ${port} on ${host} may not be used by this user: choose a target.port above 1023 (0 lets the system choose)`;
    default:
      return `${host}, port ${port}, cannot be listened on: ${error instanceof Error ? error.message : String(error)}`;
  }
}
