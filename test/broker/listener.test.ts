import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { listenError } from '../../src/broker/broker-error.ts';
import { type BrokerConfig, defaultBrokerSettings } from '../../src/broker/config.ts';
import { ConnectionLedger, LedgerReader } from '../../src/broker/ledger.ts';
import { type OpenBroker, openBroker } from '../../src/broker/listener.ts';
import { nothingToAsk, type RevocationGuard } from '../../src/broker/revocation/check.ts';
import { RevocationFigures } from '../../src/broker/revocation/figures.ts';
import { none } from '../../src/broker/revocation/none.ts';
import { plainConfig } from './open-here.ts';
import { type Address, type Attempt, attemptConnect, clientOptions } from './test-client.ts';
import { makeTestPki, type TestPki } from './test-pki.ts';

/** The broker in this process, so that time limits can be short and the checks of the registry replaced. */
let pki: TestPki;
let broker: OpenBroker | null = null;

beforeAll(() => {
  pki = makeTestPki();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await broker?.close();
  broker = null;
});

afterAll(() => pki.remove());

function configFor(changes: Partial<BrokerConfig> = {}): BrokerConfig {
  return {
    ...plainConfig,
    certFile: pki.serverCertFile,
    keyFile: pki.serverKeyFile,
    clientCaFile: pki.caFile,
    crlFile: pki.crlFile,
    ...changes,
  };
}

async function open(changes: Partial<BrokerConfig> = {}) {
  const ledger = new ConnectionLedger();
  broker = await openBroker(configFor(changes), ledger, new RevocationFigures());
  const address: Address = { host: '127.0.0.1', port: broker.port };
  const reader = new LedgerReader(ledger.memory);
  return { address, read: () => reader.read() };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** The verdicts once `connections` of them are in. */
async function verdicts({ read }: Opened, connections: number): Promise<string[]> {
  for (;;) {
    const reading = read();
    if (reading.pending === 0 && reading.connections >= connections) {
      return reading.tallies.flatMap(({ verdict, layer, cause, count }) =>
        Array.from({ length: count }, () => [verdict, layer, cause].filter(Boolean).join(' ')),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const good = (more: Attempt = {}): Attempt => ({ ...clientOptions(pki, pki.clients.good), ...more });

describe('a connection that the broker does not decide on is abandoned', () => {
  test('gone after the TCP connect', async () => {
    const opened = await open();
    connectTcp(opened.address, function (this: { destroy(): void }) {
      this.destroy();
    });
    expect(await verdicts(opened, 1)).toEqual(['abandoned handshake-closed']);
  });

  test('reset after the TCP connect', async () => {
    const opened = await open();
    const socket = connectTcp(opened.address, () => socket.resetAndDestroy());
    expect(await verdicts(opened, 1)).toEqual(['abandoned handshake-reset']);
  });

  test('silent after the TCP connect: it is closed at the time limit', async () => {
    const opened = await open({ settings: { ...defaultBrokerSettings, handshakeTimeoutMs: 100 } });
    const socket = connectTcp(opened.address);
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(await verdicts(opened, 1)).toEqual(['abandoned handshake-timeout']);
  });

  test('silent after the handshake: it is closed at the time limit', async () => {
    const opened = await open({ settings: { ...defaultBrokerSettings, handshakeTimeoutMs: 500 } });
    // A reset where the broker closes before it has read the client's last bytes: the kernel's word for the same.
    expect(await attemptConnect(opened.address, good({ instead: null }))).toMatch(
      /^(closed|error ECONNRESET)$/,
    );
    expect(await verdicts(opened, 1)).toEqual(['abandoned connect-timeout']);
  });

  test('a client that does not trust the server and leaves without a word', async () => {
    const opened = await open();
    expect(await attemptConnect(opened.address, good({ ca: pki.clients['self-signed'].cert }))).toMatch(
      /^error/,
    );
    expect(await verdicts(opened, 1)).toEqual(['abandoned handshake-closed']);
  });

  test('gone after the handshake', async () => {
    const opened = await open();
    const socket = connectTls({ ...opened.address, ...good() }, () => socket.end());
    socket.resume();
    expect(await verdicts(opened, 1)).toEqual(['abandoned connect-closed']);
  });
});

describe('a connection that the broker turns away is refused', () => {
  test('no TLS at all', async () => {
    const opened = await open();
    const socket = connectTcp(opened.address, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.resume();
    expect(await verdicts(opened, 1)).toEqual(['refused tls ERR_SSL_HTTP_REQUEST']);
  });

  test('TLS 1.1', async () => {
    const opened = await open();
    const old = good({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await attemptConnect(opened.address, old)).toMatch(/^error/);
    expect(await verdicts(opened, 1)).toEqual(['refused tls ERR_SSL_UNSUPPORTED_PROTOCOL']);
  });

  test('a client that does not trust the server and says so in an alert', async () => {
    const opened = await open();
    const { cert, key } = { cert: join(pki.dir, 'good.pem'), key: join(pki.dir, 'good.key') };
    const options = [
      '-CAfile',
      join(pki.dir, 'other-ca.pem'),
      '-verify_return_error',
      '-cert',
      cert,
      '-key',
      key,
    ];
    const client = spawn(
      'openssl',
      ['s_client', '-connect', `127.0.0.1:${opened.address.port}`, ...options],
      {
        stdio: 'ignore',
      },
    );
    await new Promise((resolve) => client.once('exit', resolve));
    expect(await verdicts(opened, 1)).toEqual(['refused tls ERR_SSL_TLSV1_ALERT_UNKNOWN_CA']);
  });

  test('something else than CONNECT', async () => {
    const opened = await open();
    expect(await attemptConnect(opened.address, good({ instead: Buffer.from([0xc0, 0]) }))).toBe('closed');
    expect(
      await attemptConnect(opened.address, good({ instead: Buffer.from('GET / HTTP/1.1\r\n\r\n') })),
    ).toBe('closed');
    expect(await verdicts(opened, 2)).toEqual([
      'refused connect protocol_error',
      'refused connect protocol_error',
    ]);
  });

  test('MQTT 5, which aedes does not speak', async () => {
    const opened = await open();
    const url = `mqtts://127.0.0.1:${opened.address.port}`;
    const client = mqtt.connectAsync(url, {
      ...clientOptions(pki, pki.clients.good),
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    await expect(client).rejects.toThrow();
    expect(await verdicts(opened, 1)).toEqual(['refused connect unacceptable_protocol_version']);
  });

  test('a certificate that a check after the handshake objects to', async () => {
    const refusal: RevocationGuard['refusal'] = vi.fn(async () => 'CERT_REVOKED');
    vi.spyOn(none, 'open').mockResolvedValue({ ...nothingToAsk, refusal });
    const opened = await open();
    expect(await attemptConnect(opened.address, good())).toBe('closed');
    expect(await verdicts(opened, 1)).toEqual(['refused tls CERT_REVOKED']);
  });
});

test('a check after the handshake that has no objection lets the client on', async () => {
  const refusal: RevocationGuard['refusal'] = ({ links: [link] }) =>
    link?.certificate.subject.includes('good') ? null : 'OTHER';
  vi.spyOn(none, 'open').mockResolvedValue({ ...nothingToAsk, refusal });
  const opened = await open();
  expect(await attemptConnect(opened.address, good())).toBe(0);
  expect(await attemptConnect(opened.address, good())).toBe(0);
  expect(await verdicts(opened, 2)).toEqual(['accepted accepted', 'accepted accepted']);
});

test('connections are pending plus the sum of verdicts at every moment of a mix', async () => {
  const opened = await open({
    revocation: 'crl-native',
    settings: { ...defaultBrokerSettings, handshakeTimeoutMs: 300 },
  });
  const identities = Object.values(pki.clients);
  const kinds = 12;
  const each = 15;
  const attempts = Array.from({ length: kinds * each }, (_, index) => {
    const kind = index % kinds;
    const localAddress = `127.40.${kind}.1`;
    const files = identities[kind];
    if (files !== undefined) {
      return attemptConnect(opened.address, {
        ...clientOptions(pki, files),
        localAddress,
        clientId: `mix-${index}`,
      });
    }
    if (kind === kinds - 1) return attemptConnect(opened.address, good({ localAddress, instead: null }));
    return new Promise((resolve) => {
      const socket = connectTcp({ ...opened.address, localAddress }, () => {
        if (kind === kinds - 2) socket.resetAndDestroy();
        else if (kind === kinds - 3) socket.end('\x16\x03\x01');
      });
      socket.on('error', () => undefined);
      socket.on('close', resolve).resume();
    });
  });
  let done = false;
  void Promise.all(attempts).then(() => {
    done = true;
  });
  while (!done) {
    const { connections, pending, tallies } = opened.read();
    expect(connections).toBe(pending + tallies.reduce((sum, { count }) => sum + count, 0));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await verdicts(opened, kinds * each)).toHaveLength(kinds * each);
  // Of a connection that was reset before it was accepted the system tells no address.
  const reset = `127.40.${kinds - 2}`;
  const bySource = Object.groupBy(opened.read().tallies, ({ source }) =>
    source === 'unknown' ? reset : source,
  );
  for (let kind = 0; kind < kinds; kind++) {
    const tallies = bySource[`127.40.${kind}`] ?? [];
    expect(
      tallies.reduce((sum, { count }) => sum + count, 0),
      JSON.stringify(tallies),
    ).toBe(each);
  }
});

describe('session tickets', () => {
  /** Connects twice, the second time with the session of the first, if it was given one. */
  async function resumes(address: Address, maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<boolean> {
    let session: Buffer | undefined;
    let reused = false;
    for (let round = 0; round < 2; round++) {
      await new Promise<void>((resolve) => {
        const options = good({ maxVersion, ...(session !== undefined && { session }) });
        const socket = connectTls({ ...address, ...options });
        socket.on('session', (given: Buffer) => {
          session = given;
        });
        socket.on('secureConnect', () => {
          reused = socket.isSessionReused();
          socket.write(Buffer.from('101100044d5154540402003c00056465766963', 'hex'));
        });
        socket.on('data', () => socket.end());
        socket.on('close', () => resolve());
      });
    }
    return reused;
  }

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('offered over %s, a client resumes', async (version) => {
    expect(await resumes((await open()).address, version)).toBe(true);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('not offered over %s, it can not', async (version) => {
    expect(await resumes((await open({ sessionTickets: false })).address, version)).toBe(false);
  });
});

describe('what keeps a broker from starting is told in one sentence', () => {
  const garbage = () => {
    const path = join(pki.dir, 'garbage.pem');
    writeFileSync(path, '-----BEGIN NOTHING-----\n');
    return path;
  };

  test('the port is in use', async () => {
    const other = createTcpServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expect(open({ port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `port ${port} on 127.0.0.1 is in use: stop what listens there or choose another target.port (0 lets the system choose)`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  test('the address is not of this machine', async () => {
    await expect(open({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('the port is for privileged users', () => {
    const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
    expect(listenError(error, '127.0.0.1', 883).message).toBe(
      'port 883 on 127.0.0.1 may not be opened by this user: choose a target.port above 1023 (0 lets the system choose)',
    );
  });

  test.each([
    [
      'a CRL that is none',
      () => ({ revocation: 'crl-native', crlFile: garbage() }),
      'ERR_BROKER_CRL',
      /garbage\.pem holds no CRL/,
    ],
    [
      'a CRL that is not there',
      () => ({ revocation: 'crl-native', crlFile: '/no/crl' }),
      'ERR_BROKER_FILE',
      /CRL \/no\/crl can't be read \(ENOENT\)/,
    ],
    [
      'a certificate that is none',
      () => ({ certFile: garbage() }),
      'ERR_BROKER_CERTIFICATE',
      /garbage\.pem holds no certificate/,
    ],
    [
      'another key',
      () => ({ keyFile: join(pki.dir, 'good.key') }),
      'ERR_BROKER_KEY',
      /good\.key is no private key in PEM that belongs to/,
    ],
    [
      'a CA that is none',
      () => ({ clientCaFile: garbage() }),
      'ERR_BROKER_CLIENT_CA',
      /garbage\.pem holds no certificate/,
    ],
    ['no users file', () => ({ connectAuth: 'password-hash' }), 'ERR_BROKER_PASSWORDS', /needs a users file/],
    [
      'an unknown check',
      () => ({ revocation: 'tea-leaves' }),
      'ERR_BROKER_REVOCATION',
      /choose one of none, crl-native/,
    ],
    [
      'an unknown auth',
      () => ({ connectAuth: 'trust-me' }),
      'ERR_BROKER_CONNECT_AUTH',
      /choose one of none, memory, password-hash/,
    ],
  ])('%s', async (_, changes, code, message) => {
    await expect(open(changes())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
