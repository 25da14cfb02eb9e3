import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './http-client.ts';

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), 'certstorm-auth-'));
const userName = 'gerät 1&x="\\';
const password = 'c&rrect:hörse+%';
let child: ChildProcess;
let url = '';

beforeAll(async () => {
  const users = join(dir, 'users');
  writeFileSync(users, `device-1:plain\n${userName}:${password}\n`, { mode: 0o600 });
  child = spawn(process.execPath, [main, 'serve', 'auth', '--users', users, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  while (!/ at \S+\n/.test(told)) {
    const [chunk] = await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    told += String(chunk);
  }
  url = / at (\S+)\//.exec(told)?.[1] ?? '';
});
afterAll(async () => {
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  rmSync(dir, { recursive: true, force: true });
});

type Fields = Record<string, string>;

const json = (fields: Fields) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(fields),
});
const form = (fields: Fields) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

const emqx = (allowed: boolean) => ({
  status: 200,
  body: allowed ? '{"result":"allow","is_superuser":false}' : '{"result":"deny"}',
});
const rabbitmq = (allowed: boolean) => ({ status: 200, body: allowed ? 'allow' : 'deny' });
const goAuth = (allowed: boolean) => ({ status: allowed ? 200 : 403 });

/** As each broker's documentation has it: where it asks, with which fields, and what it reads. */
const dialects = [
  { name: 'EMQX, JSON', path: '/mqtt/auth', send: json, answer: emqx },
  { name: 'EMQX, form', path: '/mqtt/auth', send: form, answer: emqx },
  { name: 'HiveMQ, JSON', path: '/mqtt/auth', send: json, answer: emqx },
  { name: 'RabbitMQ, form', path: '/rabbitmq/user', send: form, answer: rabbitmq },
  { name: 'mosquitto-go-auth, form', path: '/go-auth/user', send: form, answer: goAuth },
  { name: 'mosquitto-go-auth, JSON', path: '/go-auth/user', send: json, answer: goAuth },
] as const;

describe.each(dialects)('certstorm serve auth, asked as by $name', ({ path, send, answer }) => {
  test.each([
    ['a user with the right password', { username: userName, password }, true],
    ['another user with hers', { username: 'device-1', password: 'plain' }, true],
    ['a wrong password', { username: 'device-1', password: 'guess' }, false],
    ['the password of another', { username: 'device-1', password }, false],
    ['nobody’s name', { username: 'nobody', password: 'plain' }, false],
    ['no password', { username: 'device-1' }, false],
    ['nothing', {}, false],
  ])('%s: %j is answered', async (_, fields, allowed) => {
    const { status, body } = await ask(`${url}${path}`, send({ clientid: 'c-1', ...fields } as Fields));
    expect({ status, body: body.toString('utf8') }).toMatchObject(answer(allowed));
  });
});

test('RabbitMQ may ask by GET; virtual host, resource and topic are anybody’s; superuser is nobody', async () => {
  const query = new URLSearchParams({ username: userName, password }).toString();
  expect((await ask(`${url}/rabbitmq/user?${query}`)).body.toString()).toBe('allow');
  for (const asked of ['vhost', 'resource', 'topic'])
    expect(
      (await ask(`${url}/rabbitmq/${asked}`, form({ username: 'device-1', vhost: '/' }))).body.toString(),
    ).toBe('allow');
  expect((await ask(`${url}/go-auth/acl`, form({ username: 'device-1', topic: 't', acc: '1' }))).status).toBe(
    200,
  );
  expect((await ask(`${url}/go-auth/superuser`, form({ username: userName }))).status).toBe(403);
});

test('what is none of these is said so, and decides nothing', async () => {
  expect((await ask(`${url}/elsewhere`, form({ username: 'device-1', password: 'plain' }))).status).toBe(404);
  const broken = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"username":' };
  expect((await ask(`${url}/mqtt/auth`, broken)).status).toBe(400);
  const list = { ...broken, body: '["device-1","plain"]' };
  expect((await ask(`${url}/mqtt/auth`, list)).status).toBe(400);
});
