import { type HttpReply, textReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';

/** Who wants to connect; an empty text stands for what was not said. */
export type Credentials = { userName: string; password: string };

/** What an endpoint asks, and how its two answers look. */
export type Endpoint = {
  /** Null asks about something other than who it is (a virtual host, a topic), which anyone may have. */
  credentials: ((fields: Fields) => Credentials) | null;
  allow: HttpReply;
  deny: HttpReply;
};

type Fields = ReadonlyMap<string, string>;

const userAndPassword = (fields: Fields): Credentials => ({
  userName: fields.get('username') ?? '',
  password: fields.get('password') ?? '',
});

const json = (value: unknown): HttpReply => ({
  status: 200,
  headers: [['Content-Type', 'application/json']],
  body: Buffer.from(JSON.stringify(value)),
});
const text = (word: string): HttpReply => ({ ...textReply(200, word), body: Buffer.from(word) });

const emqx = { allow: json({ result: 'allow', is_superuser: false }), deny: json({ result: 'deny' }) };
const rabbitmq = { allow: text('allow'), deny: text('deny') };
const goAuth = { allow: textReply(200, 'ok'), deny: textReply(403, 'denied') };

/** By path: as EMQX's HTTP authentication, rabbitmq_auth_backend_http and the HTTP backend of mosquitto-go-auth ask. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  '/mqtt/auth': { credentials: userAndPassword, ...emqx },
  '/rabbitmq/user': { credentials: userAndPassword, ...rabbitmq },
  '/rabbitmq/vhost': { credentials: null, ...rabbitmq },
  '/rabbitmq/resource': { credentials: null, ...rabbitmq },
  '/rabbitmq/topic': { credentials: null, ...rabbitmq },
  '/go-auth/user': { credentials: userAndPassword, ...goAuth },
  // Nobody is: else the access control list would not be asked.
  '/go-auth/superuser': { credentials: () => ({ userName: '', password: '' }), ...goAuth },
  '/go-auth/acl': { credentials: null, ...goAuth },
};

/** The fields of a request, from its query or its body, form-encoded or a JSON object; null where the body is neither. */
export function fieldsOf({ method, target, headers, body }: HttpRequest): Fields | null {
  if (method === 'GET') return formFields(target.replace(/^[^?]*\??/, ''));
  if (!/\bjson\b/.test(headers.get('content-type') ?? '')) return formFields(body.toString('utf8'));
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const formFields = (encoded: string): Fields => new Map(new URLSearchParams(encoded));
