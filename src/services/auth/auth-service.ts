import { matchesSaltedHash, type SaltedHash } from '../../pki/credentials/salted-hash.ts';
import { FaultSet } from '../faults/fault-set.ts';
import { followFaults, openPort } from '../faults/refusing.ts';
import { deliver, waitOut } from '../faults/strike.ts';
import type { Delivery } from '../http/connection.ts';
import { HttpServer } from '../http/http-server.ts';
import { encodeReply, type HttpReply, textReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { OpenService } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import { Tally } from '../tally.ts';
import { type Credentials, endpoints, fieldsOf } from './questions.ts';

export type AuthServiceOptions = {
  host: string;
  port: number;
  users: ReadonlyMap<string, SaltedHash>;
  faults: readonly string[];
};

/**
 * The webservice that brokers ask at CONNECT whether user name and password are right, over HTTP. It looks in memory and hashes once: what
 * a question costs is HTTP. Resolves when the port is open. Throws ServiceError.
 */
export async function openAuthService(options: AuthServiceOptions): Promise<OpenService> {
  const { users } = options;
  const [stranger] = users.values();
  const tally = new Tally();
  const faults = new FaultSet('auth');
  faults.set(options.faults);
  const server = new HttpServer(options.host, options.port, handle, tally.trouble);

  function handle(request: HttpRequest): Delivery | Promise<Delivery> {
    tally.request(request.method);
    return faults.any ? struck(request) : encodeReply(honest(request), request);
  }

  async function struck(request: HttpRequest): Promise<Delivery> {
    const { effects, draw } = faults.next();
    await waitOut(effects, draw);
    return deliver(effects, honest(request), request);
  }

  function honest(request: HttpRequest): HttpReply {
    const path = request.target.replace(/\?.*$/s, '');
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (endpoint === undefined) {
      tally.answer('not-found');
      return textReply(404, `nothing is at this path; there are\n${Object.keys(endpoints).join('\n')}`);
    }
    const fields = request.method === 'POST' || request.method === 'GET' ? fieldsOf(request) : null;
    if (fields === null) {
      tally.answer('bad-request');
      return textReply(400, 'ask by POST with form fields or a JSON object, or by GET with a query');
    }
    const allowed = endpoint.credentials === null || isRight(endpoint.credentials(fields));
    tally.answer(allowed ? 'allow' : 'deny');
    return allowed ? endpoint.allow : endpoint.deny;
  }

  /** An unknown user costs what a known one does. */
  function isRight({ userName, password }: Credentials): boolean {
    const known = users.get(userName);
    const record = known ?? stranger;
    const matches = record !== undefined && matchesSaltedHash(Buffer.from(password), record);
    return known !== undefined && matches;
  }

  async function setFaults(written: readonly string[]): Promise<void> {
    faults.set(written);
    await followFaults(server, faults);
  }

  await openPort(server, faults);
  return {
    host: server.host,
    port: server.port,
    about: [`${users.size} users`, ...Object.keys(endpoints)],
    snapshot: () => tally.snapshot('auth', server, faults),
    revoke: () => {
      throw new ServiceError('ERR_SERVICE_REVOKE', 'an auth service knows no certificates');
    },
    setFaults,
    close: () => server.close(),
  };
}
