import { BrokerError } from '../broker-error.ts';
import type { BrokerConfig } from '../config.ts';
import type { ConnectAnswer, ConnectAttempt, ConnectAuth, ConnectGuard } from './auth.ts';
import { Turns } from './turns.ts';
import { complainer, unavailable, within } from './unavailable.ts';
import { requestFormat } from './webservice/index.ts';

/** Whatever answers at length is no auth service. */
const maxAnswerBytes = 64 * 1024;

/**
 * User name and password by HTTP POST to a service of its own process, over connections that are kept. No credentials: CONNACK 5; denied:
 * CONNACK 4; no answer in time, none that can be read, or too many waiting: as `webservice.onUnavailable` says.
 */
export const webservice: ConnectAuth = {
  name: 'webservice',
  open: async (config) => guard(config, authUrlOf(config)),
};

async function guard({ settings }: BrokerConfig, url: string): Promise<ConnectGuard> {
  const { format, pool, queue, timeoutMs, onUnavailable } = settings.webservice;
  const { Pool } = await import('undici');
  const { path, contentType, body, read } = requestFormat(format);
  const { origin, pathname } = new URL(url);
  const client = new Pool(origin, {
    connections: pool,
    pipelining: 1,
    connectTimeout: timeoutMs,
    keepAliveTimeout: 60_000,
    maxResponseSize: maxAnswerBytes,
  });
  const turns = new Turns(pool, queue);
  const complain = complainer('the auth service can not be asked');
  const target = pathname.replace(/\/$/, '') + path;

  async function ask(
    { clientId, userName, password, gone }: ConnectAttempt,
    signal: AbortSignal,
  ): Promise<ConnectAnswer> {
    if (gone() || signal.aborted) return 3;
    const answer = await client.request({
      method: 'POST',
      path: target,
      headers: { 'content-type': contentType },
      body: body({ clientId, userName: userName ?? '', password: password?.toString('utf8') ?? '' }),
      signal,
    });
    const allowed = read(answer.statusCode, await answer.body.text());
    if (allowed === null)
      throw new Error(`status ${answer.statusCode}, and no answer of the format ${format}`);
    return allowed ? 0 : 4;
  }

  return {
    async verify(attempt) {
      if (attempt.userName === null || attempt.password === null) return 5;
      const giveUp = new AbortController();
      try {
        return await within(
          timeoutMs,
          turns.take(() => ask(attempt, giveUp.signal)),
          () => giveUp.abort(),
        );
      } catch (error) {
        complain(error);
        return unavailable(onUnavailable);
      }
    },
    close: () => client.destroy(),
  };
}

function authUrlOf({ authUrl }: BrokerConfig): string {
  if (authUrl !== null) return authUrl;
  throw new BrokerError(
    'ERR_BROKER_WEBSERVICE',
    'the CONNECT auth webservice needs an auth service: none was given',
  );
}
