import { once } from 'node:events';
import { connect as tcpConnect } from 'node:net';
import { connect } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../src/pki/identity.ts';
import { connectBytes, readConnack } from '../../src/storm/drivers/mqtt-bytes.ts';
import { certificateOfSession } from '../../src/storm/drivers/openssl-session.ts';
import { pem } from '../../src/storm/drivers/pem.ts';
import { everyday } from '../pki/specs.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import { type TestCorpus, testCorpus } from './corpus.ts';
import {
  acceptAll,
  answering,
  hearing,
  opensslServer,
  spoilingRelay,
  type TestServer,
  tcpServer,
  tlsServer,
} from './servers.ts';

let corpus: TestCorpus;
beforeAll(async () => {
  corpus = await testCorpus(everyday, 1);
});
afterAll(() => corpus.remove());

const identity = (cohort: string): Identity => {
  const [first] = corpus.identities(cohort);
  if (first === undefined) throw new Error(`no identity in ${cohort}`);
  return first;
};

async function attemptAt(
  server: Promise<TestServer>,
  cohort: string,
  settings: AttemptSettings = {},
): Promise<Told> {
  const running = await server;
  const told = await attempt(client(corpus, identity(cohort), settings), running.port, settings);
  await running.close();
  expect(told.outcomes).toBe(settings.cutOffAfterMs === undefined ? 1 : 0);
  return told;
}

describe('a server that checks certificates in the handshake', () => {
  it.each([
    ['expired', 'certificate_expired (45)'],
    ['not-yet-valid', 'bad_certificate (42)'],
    ['unknown-ca', 'unknown_ca (48)'],
    ['self-signed', 'unknown_ca (48)'],
    ['bad-signature', 'decrypt_error (51)'],
    ['wrong-eku', 'unsupported_certificate (43)'],
    ['no-certificate', 'certificate_required (116)'],
  ])('refuses %s with the alert %s', async (cohort, detail) => {
    const told = await attemptAt(opensslServer(corpus), cohort);
    expect(told.outcome).toEqual({ kind: 'tls-alert', detail });
  });

  it('refuses a revoked certificate with certificate_revoked (44) when it has the CRL', async () => {
    const flags = ['-CRL', corpus.corpus.crlFile, '-crl_check'];
    const told = await attemptAt(opensslServer(corpus, flags), 'revoked');
    expect(told.outcome).toEqual({ kind: 'tls-alert', detail: 'certificate_revoked (44)' });
  });

  it.each(['expired', 'unknown-ca', 'no-certificate'])(
    'refuses %s within a TLS 1.2 handshake too',
    async (cohort) => {
      const told = await attemptAt(opensslServer(corpus, ['-tls1_2']), cohort);
      expect(told.outcome?.kind).toBe('tls-alert');
      expect(told.securedMs).toBeUndefined();
    },
  );

  it('has its alert heard also when the client’s own write failed first', async () => {
    const server = spoilingRelay(await opensslServer(corpus), 'alert');
    const told = await attemptAt(server, 'none', { onSecured: away });
    expect(told.outcome).toEqual({ kind: 'tls-alert', detail: 'bad_record_mac (20)' });
  });

  it('that resets without an alert while the client is about to write is reset', async () => {
    const server = spoilingRelay(await opensslServer(corpus), 'mute');
    const told = await attemptAt(server, 'none', { onSecured: away });
    expect(told.outcome).toEqual({ kind: 'reset', detail: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
  });
});

/** Blocks this thread: alert and reset come before the client writes its last flight with CONNECT in it, and that write fails. */
function away(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
}

describe('a server that lets the client in', () => {
  it('is told CONNECT, answers CONNACK, and hears DISCONNECT before the end', async () => {
    const { server, heard, ended } = hearing(corpus);
    const told = await attemptAt(server, 'none', { password: 'secret' });
    await ended;
    const name = identity('none').clientId;
    expect(told.outcome).toEqual({ kind: 'accepted', detail: '' });
    expect(heard).toEqual([`connect ${name} ${name} secret`, 'disconnect']);
    expect(told.connectedMs).toBeLessThan(told.securedMs ?? 0);
    expect(told.securedMs).toBeLessThan(told.endMs ?? 0);
  });

  it('has the bytes of TCP counted, handshake and all', async () => {
    const seen: number[] = [];
    const server = tlsServer(corpus, (socket) => {
      acceptAll(socket);
      socket.once('data', () => setImmediate(() => seen.push(socket.bytesWritten)));
    });
    const told = await attemptAt(server, 'none');
    // A mutual P-256 handshake of TLS 1.3: some 1.3 kB from the client, 1 to 3 kB from the server.
    expect(told.bytesSent).toBeGreaterThan(900);
    expect(told.bytesReceived).toBeGreaterThan(900);
    expect(told.bytesSent).toBeLessThan(5_000);
    expect(told.bytesReceived).toBeLessThan(5_000);
  });

  it('takes a client over TLS 1.2, and one that wants another group than X25519', async () => {
    const old = await attemptAt(tlsServer(corpus, acceptAll, { maxVersion: 'TLSv1.2' }), 'none');
    expect(old.outcome?.kind).toBe('accepted');
    const retry = await attemptAt(tlsServer(corpus, acceptAll, { ecdhCurve: 'P-256' }), 'none');
    expect(retry.outcome?.kind).toBe('accepted');
  });

  it('may send its CONNACK byte by byte', async () => {
    const server = tlsServer(corpus, (socket) => {
      socket.once('data', async () => {
        for (const byte of [0x20, 2, 0, 5]) {
          socket.write(Buffer.from([byte]));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
    });
    const told = await attemptAt(server, 'none');
    expect(told.outcome).toEqual({ kind: 'connack-refused', detail: 'not authorized (5)' });
  });
});

describe('a server that refuses at CONNECT', () => {
  it.each([
    [1, 'unacceptable protocol version (1)'],
    [2, 'identifier rejected (2)'],
    [3, 'server unavailable (3)'],
    [4, 'bad user name or password (4)'],
    [5, 'not authorized (5)'],
    [9, 'reserved (9)'],
  ])('with return code %i is %s', async (code, detail) => {
    const told = await attemptAt(tlsServer(corpus, answering([0x20, 2, 0, code])), 'none');
    expect(told.outcome).toEqual({ kind: 'connack-refused', detail });
    expect(told.securedMs).toBeDefined();
  });

  it('by closing is closed', async () => {
    const told = await attemptAt(
      tlsServer(corpus, (socket) => socket.end()),
      'none',
    );
    expect(told.outcome).toEqual({ kind: 'closed', detail: 'EOF' });
  });

  it("by Node's own check after the handshake is closed: there is no alert", async () => {
    const told = await attemptAt(tlsServer(corpus, acceptAll, { rejectUnauthorized: true }), 'expired');
    expect(told.outcome).toEqual({ kind: 'closed', detail: 'EOF' });
  });
});

describe('a server that breaks off', () => {
  it('in the handshake with an end is closed', async () => {
    const told = await attemptAt(
      tcpServer((socket) => socket.once('data', () => socket.end())),
      'none',
    );
    expect(told.outcome).toEqual({ kind: 'closed', detail: 'EOF' });
    expect(told.securedMs).toBeUndefined();
  });

  it('in the handshake with a reset is reset', async () => {
    const told = await attemptAt(
      tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      'none',
    );
    expect(told.outcome).toEqual({ kind: 'reset', detail: 'ECONNRESET' });
  });

  it('after the handshake with a reset is reset', async () => {
    const inner = await tlsServer(corpus, () => {});
    // A relay that cuts the connection hard when the client has said everything it says.
    const server = tcpServer((socket) => {
      const onward = tcpConnect(inner.port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      onward.on('error', () => {});
      setTimeout(() => socket.resetAndDestroy(), 200);
    });
    const told = await attemptAt(server, 'none');
    await inner.close();
    expect(told.outcome).toEqual({ kind: 'reset', detail: 'ECONNRESET' });
    expect(told.securedMs).toBeDefined();
  });

  it('that is not there at all is connect-failed', async () => {
    const gone = await tcpServer(() => {});
    await gone.close();
    const told = await attempt(client(corpus, identity('none')), gone.port);
    expect(told.outcome).toEqual({ kind: 'connect-failed', detail: 'ECONNREFUSED' });
    expect(told.connectedMs).toBeUndefined();
  });

  it('cannot be reached from an address that is not ours: connect-failed', async () => {
    const told = await attemptAt(tlsServer(corpus, acceptAll), 'none', { sourceAddress: '192.0.2.1' });
    expect(told.outcome).toEqual({ kind: 'connect-failed', detail: 'EADDRNOTAVAIL' });
  });
});

describe('what is not the answer of the target', () => {
  it.each([
    ['a certificate of another authority', { serverCa: 'another' }, /^server not trusted: /],
    [
      'a certificate for another name',
      { serverName: 'elsewhere.example' },
      /^server not trusted: .*another name$/,
    ],
  ])('%s is a local error, before CONNECT is sent', async (_, settings, detail) => {
    const heard: number[] = [];
    const other = await testCorpus(['none'], 1);
    const server = tlsServer(corpus, (socket) => socket.on('data', (bytes) => heard.push(bytes.length)));
    const told = await attemptAt(server, 'none', {
      ...settings,
      ...('serverCa' in settings ? { serverCa: other.serverCa } : {}),
    });
    other.remove();
    expect(told.outcome?.kind).toBe('local-error');
    expect(told.outcome?.detail).toMatch(detail);
    expect(told.securedMs).toBeUndefined();
    expect(heard).toEqual([]);
  });

  it('a name that was good once is checked anew when the server shows another certificate', async () => {
    const other = await testCorpus(['none'], 1);
    const who = client(corpus, identity('none'), { serverCa: corpus.serverCa + other.serverCa });
    const first = await tlsServer(corpus, acceptAll);
    const second = await tlsServer(other, acceptAll, { ca: corpus.serverCa });
    expect((await attempt(who, first.port)).outcome?.kind).toBe('accepted');
    expect((await attempt(who, second.port)).outcome?.kind).toBe('accepted');
    expect((await attempt(who, first.port, { serverName: 'elsewhere.example' })).outcome?.kind).toBe(
      'local-error',
    );
    await first.close();
    await second.close();
    other.remove();
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'the certificate is found in the session of %s',
    async (version) => {
      const server = await tlsServer(corpus, () => {}, {
        requestCert: false,
        minVersion: version,
        maxVersion: version,
      });
      const socket = connect({
        host: '127.0.0.1',
        port: server.port,
        ca: corpus.serverCa,
        servername: 'localhost',
      });
      await once(socket, 'secureConnect');
      const session = socket.getSession() ?? Buffer.alloc(0);
      const raw = socket.getPeerX509Certificate()?.raw;
      expect(raw).toBeDefined();
      expect(certificateOfSession(session)?.equals(raw ?? Buffer.alloc(0))).toBe(true);
      for (let cut = 0; cut < session.length - 1; cut += 7) {
        const found = certificateOfSession(session.subarray(0, cut));
        expect(found === undefined || found.equals(raw ?? Buffer.alloc(0))).toBe(true);
      }
      socket.destroy();
      await server.close();
    },
  );

  it('an IP address is looked for among the addresses of the certificate', async () => {
    const told = await attemptAt(tlsServer(corpus, acceptAll), 'none', { serverName: '127.0.0.1' });
    expect(told.outcome?.kind).toBe('accepted');
  });

  it('with the server unverified any certificate will do', async () => {
    const told = await attemptAt(tlsServer(corpus, acceptAll), 'none', {
      verifyServer: false,
      serverName: 'elsewhere.example',
    });
    expect(told.outcome?.kind).toBe('accepted');
  });

  it('a server that speaks no TLS is a local error with the reason of OpenSSL', async () => {
    const told = await attemptAt(
      tcpServer((socket) => socket.write('220 mail.example ESMTP\r\n')),
      'none',
    );
    expect(told.outcome).toEqual({ kind: 'local-error', detail: 'wrong version number' });
  });

  it('an answer that is no CONNACK is a local error', async () => {
    const told = await attemptAt(tlsServer(corpus, answering([0xd0, 0])), 'none');
    expect(told.outcome).toEqual({ kind: 'local-error', detail: 'answer is no CONNACK' });
  });

  it('an attempt that is dropped has no outcome, and its socket is gone', async () => {
    const told = await attemptAt(
      tlsServer(corpus, () => {}),
      'none',
      { cutOffAfterMs: 60 },
    );
    expect(told.outcome).toBeUndefined();
    expect(told.bytesSent).toBeGreaterThan(0);
  });

  it('a key that is not the certificate’s cannot be presented by this driver', () => {
    const stranger = { ...identity('none'), key: identity('expired').key };
    expect(() => client(corpus, stranger)).toThrow(/key values mismatch/);
  });
});

describe('CONNECT and CONNACK', () => {
  it('are MQTT 3.1.1 with a clean session and a keep-alive of 60 s', () => {
    const packets = parser({ protocolVersion: 4 });
    let packet: unknown;
    packets.on('packet', (parsed) => {
      packet = parsed;
    });
    packets.parse(connectBytes('device-7', 'device'));
    expect(packet).toMatchObject({
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      clientId: 'device-7',
    });
    expect(packet).not.toHaveProperty('username', 'device');
  });

  it('are read only when all four bytes are there', () => {
    expect(readConnack(Buffer.from([0x20]))).toBeUndefined();
    expect(readConnack(Buffer.from([0x20, 2, 0]))).toBeUndefined();
    expect(readConnack(Buffer.from([0x20, 3, 0]))?.outcome.kind).toBe('local-error');
    expect(readConnack(Buffer.from([0x20, 2, 1, 0]))?.outcome.kind).toBe('accepted');
  });

  it('of MQTT 5 have properties, which are passed over, and codes of their own', () => {
    const packets = parser({ protocolVersion: 5 });
    let packet: unknown;
    packets.on('packet', (parsed) => {
      packet = parsed;
    });
    packets.parse(connectBytes('device-7', 'device', { mqttVersion: 5, password: 'secret' }));
    expect(packet).toMatchObject({
      protocolVersion: 5,
      clean: true,
      clientId: 'device-7',
      username: 'device',
    });
    const properties = { reasonString: 'x'.repeat(200), assignedClientIdentifier: 'other' };
    for (const reasonCode of [0, 135, 138]) {
      const connack = { cmd: 'connack', sessionPresent: false, reasonCode, properties } as const;
      const bytes = generate(connack, { protocolVersion: 5 });
      const next = generate({ cmd: 'pingresp' });
      for (let cut = 1; cut < bytes.length; cut++)
        expect(readConnack(bytes.subarray(0, cut), 5)).toBeUndefined();
      const read = readConnack(Buffer.concat([bytes, next]), 5);
      expect(read?.end).toBe(bytes.length);
      expect(read?.outcome).toEqual(
        { 0: { kind: 'accepted', detail: '' } }[reasonCode] ?? {
          kind: 'connack-refused',
          detail: reasonCode === 135 ? 'not authorized (135)' : 'banned (138)',
        },
      );
    }
    // A broker that speaks 3.1.1 alone answers as it can.
    expect(readConnack(Buffer.from([0x20, 2, 0, 1]), 5)?.outcome.detail).toBe(
      'unacceptable protocol version (1)',
    );
    expect(readConnack(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 1]), 5)?.outcome.kind).toBe('local-error');
  });
});

it('PEM of any length has no empty line, at which OpenSSL stops, and holds what it was made from', () => {
  for (let length = 1; length < 200; length++) {
    const der = Buffer.alloc(length, length);
    const [first, ...lines] = pem('CERTIFICATE', der).trimEnd().split('\n');
    expect([first, lines.pop()]).toEqual(['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----']);
    expect(lines.every((line) => line.length > 0 && line.length <= 64)).toBe(true);
    expect(Buffer.from(lines.join(''), 'base64').equals(der)).toBe(true);
  }
});
