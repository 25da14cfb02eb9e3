import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import mqtt from 'mqtt';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { exitCodeOf, explain } from '../../src/cli/failure.ts';
import { program } from '../../src/cli/program.ts';
import { exitCodes } from '../../src/gate/exit-codes.ts';

import { startService } from '../../src/services/index.ts';
import { ask, codeOfRejection } from './http-client.ts';
import { makeCrl, opensslPki, serials, signerFiles } from './openssl-pki.ts';

const root = new URL('../../', import.meta.url).pathname;
const main = join(root, 'src/cli/main.ts');
const pki = opensslPki();
const running = new Set<ChildProcess>();
beforeAll(() => makeCrl(pki, 'crl.pem'));
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

const ocspFlags = [
  '--ca',
  'ca.crt',
  '--index',
  'index.txt',
  '--responder-cert',
  'ocsp.crt',
  '--responder-key',
  'ocsp.key',
];

type Served = {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  ended: Promise<number | null>;
};

function certstorm(args: string[], options: { ipc?: true } = {}): Served {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: pki.dir,
    env: { ...process.env, CERTSTORM_CACHE: pki.file('cache') },
    stdio: options.ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Resolves with the lines that it prints once it serves. */
async function serve(...args: string[]): Promise<Served & { url: string; control: string }> {
  return ready(certstorm(['serve', ...args]));
}

async function ready(served: Served): Promise<Served & { url: string; control: string }> {
  while (!/ at \S+\n[\s\S]*\n$/.test(served.stdout())) {
    const ended = await Promise.race([served.ended, once(served.child.stdout ?? served.child, 'data')]);
    if (typeof ended === 'number') throw new Error(`it ended with ${ended}: ${served.stderr()}`);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  const url = / at (\S+)/.exec(served.stdout())?.[1] ?? '';
  const control = /control at (\S+)\//.exec(served.stdout())?.[1] ?? '';
  return { ...served, url, control };
}

/** What the command line throws in this very process: a start of it would take a second. */
async function certstormHere(args: string[]): Promise<unknown> {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await program().parseAsync(['node', 'certstorm', ...args]);
    return null;
  } catch (error) {
    return error;
  } finally {
    told.mockRestore();
  }
}

const send = (url: string, method: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('serve ocsp', () => {
  test('answers from a folder that `certstorm pki` has written, and no flag but --pki', async () => {
    const out = pki.file('written');
    const { ended } = certstorm(['pki', out, '--count', '2', '--seed', '3']);
    expect(await ended).toBe(0);
    const served = await serve('ocsp', '--pki', out);
    const ca = ['-issuer', join(out, 'ca.crt'), '-CAfile', join(out, 'ca.crt')];
    const about = ['-cert', join(out, 'c00002.crt'), '-url', served.url];
    expect(await pki.openssl('ocsp', ...ca, ...about)).toContain('c00002.crt: good');
    served.child.kill('SIGTERM');
    expect(await served.ended).toBe(0);
  });

  test('serves until a signal, then ends with 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const served = await serve('ocsp', ...ocspFlags);
      const asking = ['-issuer', 'ca.crt', '-CAfile', 'ca.crt', '-cert', 'good.crt', '-url', served.url];
      expect(await pki.openssl('ocsp', ...asking)).toContain('good.crt: good');
      served.child.kill(signal);
      expect(await served.ended).toBe(0);
      expect(served.stderr()).toBe('');
      expect(await codeOfRejection(ask(served.url))).toBe('ECONNREFUSED');
    }
  });

  test('ends when the launcher that started it is gone', async () => {
    const served = await ready(certstorm(['serve', 'ocsp', ...ocspFlags], { ipc: true }));
    // Node tells no 'close' of a child that it has disconnected from.
    const exited = once(served.child, 'exit');
    served.child.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  test('takes a folder, and says what is missing in one', async () => {
    const served = await serve('ocsp', '--pki', '.');
    expect(served.stdout()).toContain('CN=CA: 4 certificates');
    served.child.kill();
    const missing = certstorm(['serve', 'ocsp', '--pki', '/nowhere']);
    expect(await missing.ended).toBe(104);
    expect(missing.stderr()).toBe('/nowhere/ca.crt is not there: name it by --ca\n');
  });

  test('serves the CAs of a scenario without a key in any folder', async () => {
    const scenario = join(root, 'scenarios/quickstart.yaml');
    const out = certstorm(['pki', 'corpus', '--scenario', scenario, '--count', '60']);
    expect([await out.ended, out.stderr()]).toEqual([0, expect.any(String)]);
    const served = await serve('ocsp', '--scenario', scenario);
    const asking = ['-issuer', 'corpus/ca.crt', '-CAfile', 'corpus/ca.crt', '-url', served.url];
    const told = await pki.openssl(
      'ocsp',
      ...asking,
      '-cert',
      'corpus/good-00001.crt',
      '-cert',
      'corpus/revoked-00001.crt',
    );
    expect(told).toContain('Response verify OK');
    expect(told).toContain('good-00001.crt: good');
    expect(told).toContain('revoked-00001.crt: revoked');
  });

  test('is told over the control port, by programs on this machine alone', async () => {
    const { url, control } = await serve('ocsp', ...ocspFlags, '--control-port', '0', '--fault', 'delay=1ms');
    const asking = ['-issuer', 'ca.crt', '-CAfile', 'ca.crt', '-cert', 'good.crt', '-url', url];
    expect(
      (await send(`${control}/revoke`, 'POST', { serials: [serials.good], reason: 'keyCompromise' })).status,
    ).toBe(200);
    expect(await pki.openssl('ocsp', ...asking)).toContain('good.crt: revoked');
    expect((await send(`${control}/faults`, 'PUT', ['ocsp-error=tryLater'])).status).toBe(200);
    expect(await pki.openssl('ocsp', ...asking)).toContain('trylater');
    const snapshot = JSON.parse((await ask(`${control}/snapshot`)).body.toString());
    expect(snapshot).toMatchObject({
      requests: { POST: 2 },
      faults: ['ocsp-error=tryLater'],
      faultsStruck: { delay: 1 },
    });
    for (const refused of [
      await send(`${control}/faults`, 'PUT', ['teapot']),
      await send(`${control}/faults`, 'PUT', 'delay'),
      await send(`${control}/revoke`, 'POST', { serials: 1 }),
      await send(`${control}/revoke`, 'POST', { serials: ['1'] }, { origin: 'http://example.org' }),
      await send(`${control}/revoke`, 'POST', { serials: ['1'] }, { host: 'example.org' }),
      await send(`${control}/revoke`, 'POST', { serials: ['1'] }, { 'content-type': 'text/plain' }),
      await ask(`${control}/revoke`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
      }),
      await ask(`${control}/`),
    ])
      expect([refused.status, JSON.parse(refused.body.toString())]).toEqual([
        400,
        { error: expect.any(String) },
      ]);
  });

  test('stays up while a fault has shut its port', async () => {
    const served = await serve('ocsp', ...ocspFlags, '--fault', 'refuse', '--control-port', '0');
    expect(await codeOfRejection(ask(served.url))).toBe('ECONNREFUSED');
    await send(`${served.control}/faults`, 'PUT', []);
    expect((await ask(served.url)).status).toBe(200);
    served.child.kill();
    expect(await served.ended).toBe(0);
  });

  test('a port in use is a sentence and exit code 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const flag of ['--port', '--control-port']) {
      const served = certstorm(['serve', 'ocsp', ...ocspFlags, flag, String(port)]);
      expect(await served.ended).toBe(1);
      expect(served.stderr()).toBe(
        `port ${port} on 127.0.0.1 is in use: stop what listens there or choose another port (0 lets the system choose)\n`,
      );
    }
    taken.close();
  });

  test.each([
    [['ocsp'], /name the folder of an issuer by --pki/],
    [['ocsp', ...ocspFlags, '--fault', 'teapot'], /there is no fault "teapot"/],
    [['ocsp', ...ocspFlags, '--port', '70000'], /a port, 0 to 65535/],
    [['ocsp', ...ocspFlags, '--validity', 'soon'], /a duration of a second or more/],
    [['ocsp', ...ocspFlags, '--ahead', '--on-request'], /cannot be used with/],
    [['ocsp', ...ocspFlags.slice(0, -1), 'ca.key'], /not the one of its certificate/],
    [['crl'], /name a CRL by --crl/],
    [['crl', '--crl', 'ca.crt'], /holds no CRL/],
    [['broker', '--pki', '.', '--revocation', 'hope'], /there is no 'hope'; it is one of none, crl-native/],
  ])('%j is a mistake of the user: exit code 104', async (args, sentence) => {
    const at = (flag: string) => (/\.(crt|key|txt)$/.test(flag) ? pki.file(flag) : flag);
    const error = await certstormHere(['serve', ...args.map(at)]);
    expect(explain(error)).toMatch(sentence);
    expect(error instanceof CommanderError ? exitCodes.badScenario : exitCodeOf(error)).toBe(104);
  });
});

test('serve crl serves and ends with 0', async () => {
  const served = await serve('crl', '--pki', '.', '--issuer-key', 'ca.key', '--control-port', '0');
  const before = await ask(`${served.url}ca.crl`);
  await send(`${served.control}/revoke`, 'POST', { serials: ['ABCD'] });
  expect((await ask(`${served.url}ca.crl`)).body.length).toBeGreaterThan(before.body.length);
  served.child.kill('SIGINT');
  expect(await served.ended).toBe(0);
});

describe('serve broker', () => {
  const corpus = pki.file('for-broker');
  beforeAll(async () => {
    const scenario = join(root, 'scenarios/quickstart.yaml');
    expect(await certstorm(['pki', corpus, '--scenario', scenario, '--count', '60']).ended).toBe(0);
  });

  /** `accepted`, or what came in place of the CONNACK. */
  const login = (url: string, name: string) =>
    new Promise<string>((resolve) => {
      const client = mqtt.connect(url, {
        cert: readFileSync(join(corpus, `${name}.crt`)),
        key: readFileSync(join(corpus, `${name}.key`)),
        ca: readFileSync(join(corpus, 'ca.crt')),
        servername: 'localhost',
        clientId: name,
        reconnectPeriod: 0,
      });
      client.once('connect', () => {
        resolve('accepted');
        client.end(true);
      });
      client.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
      client.once('close', () => resolve('closed'));
    });

  test('lets the good in and the revoked not, and ends with 0 on a signal', async () => {
    const served = await serve('broker', '--pki', corpus, '--revocation', 'crl-native');
    const { url } = served;
    expect(await login(url, 'good-00001')).toBe('accepted');
    expect(await login(url, 'revoked-00001')).toBe('closed');
    served.child.kill('SIGTERM');
    expect(await served.ended).toBe(0);
    expect(await login(url, 'good-00001')).toBe('ECONNREFUSED');
  });
});

describe('a service in a process of its own', () => {
  const order = {
    service: 'ocsp',
    host: '127.0.0.1',
    port: 0,
    issuers: [signerFiles(pki)],
    signing: 'pre-signed',
    nonce: 'echo',
    validityMs: 60_000,
    faults: [],
  } as const;

  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('ends when the process that started it is killed outright', async () => {
    const holder = spawn(process.execPath, [join(root, 'test/services/holder.ts'), JSON.stringify(order)]);
    const [line] = await once(holder.stdout, 'data');
    const [pid = 0, port] = String(line).split(' ').map(Number);
    expect((await ask(`http://127.0.0.1:${port}/`)).status).toBe(200);
    holder.kill('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await codeOfRejection(ask(`http://127.0.0.1:${port}/`))).toBe('ECONNREFUSED');
  });

  test('that is killed is told of, and asking it rejects', async () => {
    const service = await startService(order);
    process.kill(service.pid, 'SIGKILL');
    expect(await service.died).toBe('the OCSP responder was killed by SIGKILL');
    await expect(service.snapshot()).rejects.toThrow('the OCSP responder was killed by SIGKILL');
    await service.stop();
  });

  test('counts its CPU and memory, and is gone when it was stopped', async () => {
    const service = await startService(order);
    const snapshot = await service.snapshot();
    expect(snapshot.cpuUserMs).toBeGreaterThan(0);
    expect(snapshot.rssBytes).toBeGreaterThan(1e7);
    await service.stop();
    await service.stop();
    expect(isAlive(service.pid)).toBe(false);
  });
});
