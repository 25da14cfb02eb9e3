import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SecureVersion } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/targets/find-program.ts';
import { MosquittoLog } from '../../src/targets/mosquitto/log.ts';
import { mosquitto } from '../../src/targets/mosquitto.ts';
import type { OwnTarget, RunningTarget, TargetOrder, TargetSnapshot } from '../../src/targets/target.ts';
import { isAlive, orderFor, untilGone } from '../broker/test-broker.ts';
import { type Attempt, attemptConnect, clientOptions } from '../broker/test-client.ts';
import {
  type ClientFiles,
  type ClientName,
  makeTestPki,
  type TestPki,
  writeLargeCrl,
} from '../broker/test-pki.ts';

const installed = findProgram('mosquitto') !== undefined;
const name = installed
  ? 'Mosquitto'
  : 'Mosquitto (skipped: it is not installed; `npm run brokers:install -- mosquitto`)';

describe.runIf(installed)(name, () => {
  let pki: TestPki;
  const running: OwnTarget[] = [];

  beforeAll(() => {
    pki = makeTestPki();
  });

  afterAll(async () => {
    await Promise.all(running.map((broker) => broker.stop()));
    pki.remove();
  });

  async function start(changes: Partial<TargetOrder> = {}): Promise<OwnTarget> {
    const broker = await mosquitto.start(orderFor(pki, changes));
    running.push(broker);
    return broker;
  }

  function attempt(broker: RunningTarget, files: ClientFiles | null, more: Partial<Attempt> = {}) {
    return attemptConnect(broker.address, { ...clientOptions(pki, files), ...more });
  }

  async function settled(broker: OwnTarget) {
    for (;;) {
      const snapshot = await broker.snapshot();
      if (snapshot.pending === 0) return snapshot;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  test('refuses in the handshake with the alerts that openssl s_client sees, and its log counts what we count', async () => {
    const broker = await start({ revocation: 'crl-native' });
    expect(broker.version).toMatch(/^Mosquitto \d+\.\d+/);
    const before = await settled(broker);
    const clients: [ClientName | 'no-certificate', string | number][] = [
      ['good', 0],
      ['expired', 'certificate expired'],
      ['revoked', 'certificate revoked'],
      ['unknown-ca', 'unknown ca'],
      ['self-signed', 'unknown ca'],
      ['no-certificate', 'certificate required'],
    ];
    const repeats = 5;
    let refused = 0;
    for (const [client, verdict] of clients) {
      const files = client === 'no-certificate' ? null : pki.clients[client];
      const block = `127.9.${clients.findIndex(([each]) => each === client)}`;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const ending = await attempt(broker, files, { localAddress: `${block}.${repeat + 1}` });
        if (typeof verdict === 'number') expect(ending).toBe(verdict);
        else expect(alertOf(String(ending)), client).toBe(verdict);
        if (ending !== 0) refused++;
      }
    }
    const { tallies } = await settled(broker);
    const count = (verdict: string) =>
      (tallies ?? [])
        .filter((tally) => tally.verdict === verdict && tally.source.startsWith('127.9.'))
        .reduce((sum, tally) => sum + tally.count, 0);
    expect(count('accepted')).toBe(repeats);
    expect(count('refused')).toBe(refused);

    const log = broker.keepsakes.find(({ name: file }) => file === 'mosquitto.log')?.path ?? '';
    const totals = new MosquittoLog(log).totals();
    expect(totals.ended - notAccepted(before)).toBe(refused);

    for (const [client, verdict] of clients) {
      if (client === 'no-certificate' || typeof verdict === 'number') continue;
      expect(await alertByOpenssl(broker, pki.clients[client]), client).toBe(verdict);
    }
  });

  test('reads a new CRL when it is told to, and the next handshake is judged by it', async () => {
    const crlFile = join(pki.dir, 'current-crl.pem');
    // Of the same CA, before it revoked anybody.
    copyFileSync(writeLargeCrl(pki, 1), crlFile);
    const broker = await start({ revocation: 'crl-native', crlFile });
    expect(await attempt(broker, pki.clients.revoked)).toBe(0);
    copyFileSync(pki.crlFile, crlFile);
    await broker.reloadRevocation?.();
    expect(alertOf(String(await attempt(broker, pki.clients.revoked)))).toBe('certificate revoked');
    expect(await attempt(broker, pki.clients.good)).toBe(0);
  });

  test('checks passwords by a file that certstorm writes as mosquitto_passwd does, and keeps it from everybody', async () => {
    const users = { clientIds: ['alice', 'bob'], password: 'pass:word$ ü' };
    const broker = await start({ connectAuth: 'password-hash', users });
    const log = (userName: string, password: string) =>
      attempt(broker, pki.clients.good, { userName, password });
    expect(await log('bob', users.password)).toBe(0);
    expect(await log('bob', 'wrong')).toBe(5);
    expect(await log('carol', users.password)).toBe(5);
    // Its log does not say who was refused at CONNECT.
    expect((await settled(broker)).tallies).toBeNull();
    expect(broker.keepsakes.map(({ name: file }) => file)).toEqual(['mosquitto.conf', 'mosquitto.log']);
    expect(statSync(join(pki.dir, 'work', 'passwords')).mode & 0o777).toBe(0o600);
  });

  test('speaks the versions of TLS that it is told to, and hands out no tickets where it should not', async () => {
    const agreed = async (broker: RunningTarget, maxVersion: SecureVersion = 'TLSv1.3') => {
      let version: string | null = null;
      let tickets = 0;
      const ending = await attempt(broker, pki.clients.good, {
        maxVersion,
        secured: (socket) => {
          version = socket.getProtocol();
          socket.on('session', () => tickets++);
        },
      });
      return [ending, version, tickets > 0];
    };
    const [plain, strict, old] = [
      await start(),
      await start({ sessionTickets: false, tlsVersions: ['1.3'] }),
      await start({ tlsVersions: ['1.2'] }),
    ];
    expect(await agreed(plain)).toEqual([0, 'TLSv1.3', true]);
    expect(await agreed(strict)).toEqual([0, 'TLSv1.3', false]);
    expect(String((await agreed(strict, 'TLSv1.2'))[0])).toMatch(/PROTOCOL_VERSION/);
    expect((await agreed(old)).slice(0, 2)).toEqual([0, 'TLSv1.2']);
    expect(strict.tuned).toContain('NumTickets = 0');
    expect(strict.keepsakes.map(({ name: file }) => file)).toContain('openssl.cnf');
  });

  test.each(['wss', 'tcp'] as const)('speaks MQTT over %s', async (transport) => {
    const broker = await start({ transport });
    const { host, port } = broker.address;
    const { cert, key } = pki.clients.good;
    const url = transport === 'tcp' ? `mqtt://${host}:${port}` : `wss://${host}:${port}/mqtt`;
    const tls =
      transport === 'tcp' ? {} : { ca: readFileSync(pki.caFile), cert, key, servername: 'localhost' };
    const client = await connectAsync(url, { ...tls, reconnectPeriod: 0 });
    expect(client.connected).toBe(true);
    await client.endAsync();
    if (transport === 'tcp') return;
    const stranger = { ...clientOptions(pki, pki.clients['unknown-ca']), reconnectPeriod: 0 };
    await expect(connectAsync(url, stranger)).rejects.toThrow(/alert unknown ca|unknown_ca/i);
  });

  test('is measured from outside: CPU, memory and threads of its process', async () => {
    const broker = await start();
    const before = await broker.snapshot();
    for (let each = 0; each < 60; each++) await attempt(broker, pki.clients.good);
    const after = await broker.snapshot();
    expect(after.cpuUserMs + after.cpuSystemMs).toBeGreaterThan(before.cpuUserMs + before.cpuSystemMs);
    expect(after.rssPeakBytes).toBeGreaterThanOrEqual(after.rssBytes);
    expect(after.rssBytes).toBeGreaterThan(2 ** 20);
    expect(after.threads).toBeGreaterThanOrEqual(1);
  });

  test('killed, it has died; stopped, it has not; and nothing is left in either case', async () => {
    const killed = await start();
    process.kill(killed.pid, 'SIGKILL');
    expect(await killed.died).toMatchObject({ code: null, signal: 'SIGKILL' });
    await expect(killed.snapshot()).rejects.toMatchObject({ name: 'TargetError', code: 'ERR_TARGET_GONE' });
    const stopped = await start();
    await Promise.all([stopped.stop(), stopped.stop()]);
    expect(isAlive(stopped.pid)).toBe(false);
  });

  test('does not outlive a conductor that is killed outright', async () => {
    const entry = fileURLToPath(new URL('./conductor.ts', import.meta.url));
    const order = JSON.stringify(orderFor(pki));
    const conductor = spawn(process.execPath, [entry, order, 'mosquitto'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: conductor.stdout }), 'line');
    expect(isAlive(Number(line))).toBe(true);
    conductor.kill('SIGKILL');
    await untilGone(Number(line));
  });

  test('does not start on a port that is taken, and says which', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(start({ port })).rejects.toMatchObject({
      name: 'TargetError',
      code: 'EADDRINUSE',
      message: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`),
    });
    server.close();
  });

  test('tells its own last words when it does not start', async () => {
    const serverCertFile = join(pki.dir, 'no-certificate.pem');
    writeFileSync(serverCertFile, readFileSync(pki.serverCertFile));
    const starting = start({ serverCertFile, clientCaFile: join(pki.dir, 'no-such-ca.pem') });
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_TARGET_DIED',
      message: expect.stringMatching(
        /^Mosquitto did not start: it ended with exit code 1; its last words: .*Unable to load CA certificates.*no-such-ca\.pem/,
      ),
    });
  });

  function notAccepted({ tallies }: TargetSnapshot): number {
    return (tallies ?? []).reduce((sum, { verdict, count }) => sum + (verdict === 'refused' ? count : 0), 0);
  }

  /** `error ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` → `unknown ca`. */
  function alertOf(ending: string): string {
    return /ALERT_(.+)$/.exec(ending)?.[1]?.replaceAll('_', ' ').toLowerCase() ?? ending;
  }

  /** What `openssl s_client` says of the same certificate: `…:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired:…`. */
  async function alertByOpenssl({ address }: RunningTarget, { cert, key }: ClientFiles): Promise<string> {
    const [certFile, keyFile] = [join(pki.dir, 's_client.crt'), join(pki.dir, 's_client.key')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key, { mode: 0o600 });
    const args = ['s_client', '-connect', `${address.host}:${address.port}`, '-CAfile', pki.caFile];
    const stderr = await new Promise<string>((resolve) => {
      const client = execFile(
        'openssl',
        [...args, '-cert', certFile, '-key', keyFile, '-quiet'],
        (_error, _stdout, errors) => resolve(errors),
      );
      // It ends when the server has refused it; its standard input must stay open until then.
      client.stdin?.write('');
    });
    return /alert ([a-z ]+):/.exec(stderr)?.[1] ?? stderr;
  }
});
