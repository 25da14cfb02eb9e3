import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  lies,
  prepareIdentity,
  prepareOffer,
  prepareTrust,
  type Session,
  WireError,
} from '../../src/wire/index.ts';
import { type Attempt, type AttemptOptions, attempt } from './attempt.ts';
import { authority, clientParty, keyPem, type Party, pem, serverParty } from './pki.ts';

const ca = authority('wire test CA');
const server = serverParty(ca);
const client = clientParty(ca);
const trust = prepareTrust({ ca: pem(ca.certificate), serverName: 'localhost', verifyServer: true });
const honest = prepareIdentity({ chain: [client.certificate], key: client.key });

const identityOf = (party: Party, told: string[] = []) =>
  prepareIdentity({ chain: [party.certificate], key: party.key }, told);

type Started = { port: number; server: tls.Server; authorized: (string | boolean)[] };
const started: tls.Server[] = [];

async function serve(options: tls.TlsOptions = {}): Promise<Started> {
  const authorized: (string | boolean)[] = [];
  const listener = tls.createServer(
    {
      cert: pem(server.certificate),
      key: keyPem(server.key),
      ca: pem(ca.certificate),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      ...options,
    },
    (socket) => {
      authorized.push(socket.authorized, socket.isSessionReused());
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => socket.write(Buffer.concat([Buffer.from('echo '), data])));
    },
  );
  // The client is told with an alert or a close; here nothing is left to do.
  listener.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  started.push(listener);
  return { port: (listener.address() as AddressInfo).port, server: listener, authorized };
}

afterAll(() => {
  for (const each of started) each.close();
});

const go = (port: number, options: Partial<AttemptOptions> = {}): Promise<Attempt> =>
  attempt({ port, trust, identity: honest, ...options });

describe('against a tls.Server of Node', () => {
  let plain: Started;
  beforeAll(async () => {
    plain = await serve();
  });

  it.each([['TLS_AES_128_GCM_SHA256'], ['TLS_AES_256_GCM_SHA384'], ['TLS_CHACHA20_POLY1305_SHA256']])(
    '%s: handshake, CONNECT in the same flight, answer',
    async (suite) => {
      const offer = prepareOffer({ serverName: 'localhost', cipherSuites: [suite] });
      const { data, endings, connection } = await go(plain.port, { offer });
      expect(data.toString()).toBe('echo hello');
      expect(endings).toEqual([{ kind: 'local-close' }]);
      expect(connection.tls.handshake.suite?.name).toBe(suite);
      expect(connection.tls.handshake.presented).toBe('certificate');
    },
  );

  it.each([['x25519'], ['secp256r1'], ['secp384r1'], ['X25519MLKEM768']])(
    '%s key shares, fresh and from a pool',
    async (group) => {
      const { port } = await serve({ ecdhCurve: 'X25519:P-256:P-384:X25519MLKEM768' });
      for (const keyShares of ['fresh', 'pooled'] as const) {
        const offer = prepareOffer({ serverName: 'localhost', groups: [group], keyShares });
        const { data, connection } = await go(port, { offer });
        expect(data.toString()).toBe('echo hello');
        expect(connection.tls.handshake.group?.name).toBe(group);
        expect(connection.tls.handshake.retried).toBe(false);
      }
    },
  );

  it.each([['TLS_AES_128_GCM_SHA256'], ['TLS_AES_256_GCM_SHA384']])(
    'a group without share costs a HelloRetryRequest (%s)',
    async (suite) => {
      const { port } = await serve({ ecdhCurve: 'P-256' });
      const offer = prepareOffer({
        serverName: 'localhost',
        groups: ['x25519', 'secp256r1'],
        cipherSuites: [suite],
      });
      const { data, connection } = await go(port, { offer });
      expect(data.toString()).toBe('echo hello');
      expect(connection.tls.handshake.retried).toBe(true);
      expect(connection.tls.handshake.group?.name).toBe('secp256r1');
    },
  );

  it.each([
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['RSA-2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['RSA-PSS-2048', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
    ['ML-DSA-44', () => generateKeyPairSync('ml-dsa-44' as 'ed25519')],
    ['ML-DSA-65', () => generateKeyPairSync('ml-dsa-65' as 'ed25519')],
  ])('a client with a %s key is authenticated', async (_name, make) => {
    const before = plain.authorized.length;
    const { data, endings } = await go(plain.port, {
      identity: identityOf(clientParty(ca, { pair: make() })),
    });
    expect(endings).toEqual([{ kind: 'local-close' }]);
    expect(data.toString()).toBe('echo hello');
    expect(plain.authorized[before]).toBe(true);
  });

  it.each([
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['ML-DSA-65', () => generateKeyPairSync('ml-dsa-65' as 'ed25519')],
  ])('a server with a %s key is verified', async (_name, make) => {
    const party = serverParty(ca, { pair: make() });
    const { port } = await serve({ cert: pem(party.certificate), key: keyPem(party.key) });
    const { data } = await go(port);
    expect(data.toString()).toBe('echo hello');
  });

  it('ALPN: what the server chose is known; a server that shares none sends an alert', async () => {
    const { port } = await serve({ ALPNProtocols: ['http/1.1', 'mqtt'] });
    const mqtt = await go(port, { offer: prepareOffer({ serverName: 'localhost', alpn: ['mqtt', 'x'] }) });
    expect(mqtt.connection.tls.handshake.protocol).toBe('mqtt');
    const other = await go(port, { offer: prepareOffer({ serverName: 'localhost', alpn: ['y'] }) });
    expect(other.endings).toEqual([
      { kind: 'alert-received', alert: 'no_application_protocol', number: 120 },
    ]);
  });

  it('SNI is sent for a name and not for an IP address', async () => {
    const asked: string[] = [];
    const { port } = await serve({
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    await go(port);
    expect(asked).toEqual(['localhost']);
    const byAddress = prepareTrust({ ca: pem(ca.certificate), serverName: '127.0.0.1', verifyServer: true });
    const { data } = await go(port, { trust: byAddress });
    expect(data.toString()).toBe('echo hello');
    expect(asked).toEqual(['localhost']);
  });

  it('a handshake in records of 10 bytes, and with a chain of 40 kB over several records, is accepted', async () => {
    const small = await go(plain.port, { recordSize: 10 });
    expect(small.data.toString()).toBe('echo hello');
    const long = prepareIdentity({
      chain: [client.certificate, ...Array.from({ length: 120 }, () => ca.certificate)],
      key: client.key,
    });
    const { data, connection } = await go(plain.port, { identity: long });
    expect(data.toString()).toBe('echo hello');
    expect(connection.tls.bytesSent).toBeGreaterThan(30_000);
  });

  it('a client that writes seven bytes at a time is served, or cut off where the server has no patience', async () => {
    const slow = await go(plain.port, { trickle: { bytes: 7, everyMs: 1 } });
    expect(slow.data.toString()).toBe('echo hello');
    const { port } = await serve({ handshakeTimeout: 100 });
    const { data, endings } = await go(port, { trickle: { bytes: 1, everyMs: 20 } });
    expect(data).toHaveLength(0);
    expect(endings).toEqual([{ kind: 'closed' }]);
  });

  it('application data of 100 kB goes out and comes back', async () => {
    const big = Buffer.alloc(100_000, 'x');
    let sent = false;
    const { data } = await go(plain.port, {
      onData: (connection, all) => {
        if (!sent) connection.write(big);
        sent = true;
        if (all.length > big.length + 10) connection.close();
      },
    });
    expect(data.length).toBeGreaterThan(big.length);
  });

  it('keys updated by us, over and over, keep the connection', async () => {
    let answers = 0;
    const { endings } = await go(plain.port, {
      onData: (connection) => {
        answers++;
        if (answers === 5) connection.close();
        else {
          connection.tls.updateKeys(answers % 2 === 0);
          connection.write(Buffer.from('again'));
        }
      },
    });
    expect(endings).toEqual([{ kind: 'local-close' }]);
    expect(answers).toBe(5);
  });

  it('a ticket resumes the session, without a certificate, with each hash', async () => {
    for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384']) {
      const { port, authorized } = await serve({ ecdhCurve: 'X25519:P-256' });
      const offer = prepareOffer({ serverName: 'localhost', cipherSuites: [suite] });
      const first = await go(port, { offer, wantSessions: true });
      expect(first.sessions.length).toBeGreaterThan(0);
      const session = first.sessions[0] as Session;
      const second = await go(port, { offer, session });
      expect(second.data.toString()).toBe('echo hello');
      expect(second.connection.tls.handshake.resumed).toBe(true);
      expect(second.connection.tls.handshake.presented).toBe('not-asked');
      expect(authorized).toEqual([true, false, true, true]);
      expect(first.sessions).toHaveLength(2);
      // Through a HelloRetryRequest too: the binder covers the first hello's hash.
      const retrying = prepareOffer({
        serverName: 'localhost',
        cipherSuites: [suite],
        groups: ['secp384r1', 'secp256r1'],
      });
      const third = await go(port, { offer: retrying, session: first.sessions[1] as Session });
      expect(third.connection.tls.handshake.retried).toBe(true);
      expect(third.connection.tls.handshake.resumed).toBe(true);
      expect(third.data.toString()).toBe('echo hello');
    }
  });

  it('a session of an unverified server is not offered where the server must be verified', async () => {
    const unverified = prepareTrust({ ca: null, serverName: 'localhost', verifyServer: false });
    const first = await go(plain.port, { trust: unverified, wantSessions: true });
    expect(first.sessions[0]?.verified).toBe(false);
    const second = await go(plain.port, { session: first.sessions[0] as Session });
    expect(second.connection.tls.handshake.resumed).toBe(false);
  });

  it('a session that is over is not offered', async () => {
    const first = await go(plain.port, { wantSessions: true });
    const session = first.sessions[0] as Session;
    const over = { ...session, receivedAt: session.receivedAt - session.lifetimeSeconds * 1000 };
    const second = await go(plain.port, { session: over });
    expect(second.connection.tls.handshake.resumed).toBe(false);
    expect(second.data.toString()).toBe('echo hello');
  });

  it('times follow one another, bytes are counted', async () => {
    const { connection } = await go(plain.port);
    const { tls: state } = connection;
    const times = [
      connection.startedAt,
      connection.tcpConnectedAt,
      state.handshake.serverHelloAt,
      state.handshake.serverFinishedAt,
      state.handshake.flightWrittenAt,
      state.verdictAt,
    ];
    expect(times.every((time) => time > 0)).toBe(true);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(state.bytesSent).toBeGreaterThan(500);
    expect(state.bytesReceived).toBeGreaterThan(1000);
  });

  it('nobody there: connect-failed, once', async () => {
    const gone = await serve();
    await new Promise((resolve) => gone.server.close(resolve));
    const { endings, connection } = await go(gone.port);
    expect(endings).toEqual([{ kind: 'connect-failed', code: 'ECONNREFUSED' }]);
    expect(connection.tcpConnectedAt).toBe(0);
  });

  it('a TLS 1.2 server is told protocol_version, or tells us', async () => {
    const { port } = await serve({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    const { endings } = await go(port);
    expect(endings).toEqual([{ kind: 'alert-received', alert: 'protocol_version', number: 70 }]);
  });

  it('destroy at any moment ends as local-close, once', async () => {
    const { endings } = await go(plain.port, { onStart: (connection) => connection.destroy() });
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });

  it('200 connections, closed or destroyed at any moment, end once each and leave no socket', async () => {
    const { port, server: listener } = await serve();
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        go(port, {
          onStart: (connection) => {
            setTimeout(() => (i % 2 === 0 ? connection.destroy() : connection.close()), i % 40);
          },
          onData: (connection, data) => {
            if (data.length > 100) connection.close();
            else connection.write(data);
          },
        }),
      ),
    );
    expect(all.map(({ endings }) => endings.length)).toEqual(Array.from({ length: 200 }, () => 1));
    expect(new Set(all.map(({ endings }) => endings[0]?.kind))).toEqual(new Set(['local-close']));
    const open = () =>
      new Promise<number>((resolve) => listener.getConnections((_error, count) => resolve(count)));
    while ((await open()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('writing before the handshake is refused with a sentence', async () => {
    let thrown: unknown;
    await go(plain.port, {
      onStart: (connection) => {
        try {
          connection.write(Buffer.from('early'));
        } catch (error) {
          thrown = error;
        }
      },
    });
    expect(thrown).toBeInstanceOf(WireError);
    expect((thrown as WireError).code).toBe('NOT_OPEN');
  });
});

describe('lies, and what Node answers', () => {
  const answers: Record<string, string> = {
    'empty-certificate-list': 'certificate_required',
    'zero-length-certificate': 'decode_error',
    'cut-certificate': 'decode_error',
    'random-certificate': 'decode_error',
    'trailing-certificate-bytes': 'decode_error',
    'padded-certificate': 'decode_error',
    'repeated-certificate': 'accepted',
    'hundred-certificates': 'accepted',
    'foreign-key': 'decrypt_error',
    'corrupted-certificate-verify': 'decrypt_error',
    'empty-certificate-verify': 'decrypt_error',
    'disagreeing-signature-scheme': 'illegal_parameter',
    'unoffered-signature-scheme': 'accepted',
    'legacy-signature-scheme': 'illegal_parameter',
    'no-certificate-verify': 'unexpected_message',
    'no-certificate-message': 'unexpected_message',
    'certificate-verify-first': 'unexpected_message',
    'finished-first': 'unexpected_message',
    'certificate-message-twice': 'unexpected_message',
    'client-hello-twice': 'unexpected_message',
    'client-hello-after-finished': 'unexpected_message',
    'end-of-early-data-unasked': 'unexpected_message',
    'key-update-before-finished': 'unexpected_message',
    'connect-before-finished': 'unexpected_message',
    'finished-before-certificate-verify': 'unexpected_message',
    'change-cipher-spec-after-finished': 'unexpected_message',
    'corrupted-finished': 'decrypt_error',
    'short-finished': 'decode_error',
  };

  it.each(lies.filter((lie) => lie.silentAfter === undefined).map((lie) => [lie.name]))(
    '%s',
    async (name) => {
      const { port } = await serve();
      const { data, endings } = await go(port, { identity: identityOf(client, [name]) });
      expect(endings).toHaveLength(1);
      const [ending] = endings;
      const outcome =
        data.length > 0 ? 'accepted' : ending?.kind === 'alert-received' ? ending.alert : ending?.kind;
      expect(outcome).toBe(answers[name]);
    },
  );

  it.each(lies.filter((lie) => lie.silentAfter !== undefined).map((lie) => [lie.name]))(
    '%s: the server loses patience and closes',
    async (name) => {
      const { port, server: listener } = await serve({ handshakeTimeout: 150 });
      const { data, endings, connection } = await go(port, {
        identity: identityOf(client, [name]),
        onStart: () => {
          // Node counts no time any more once the handshake is done.
          if (name === 'stop-after-finished')
            listener.on('secureConnection', (socket) => setTimeout(() => socket.destroy(), 100));
        },
      });
      expect(data).toHaveLength(0);
      expect(endings).toEqual([{ kind: 'closed' }]);
      expect(connection.tls.bytesSent > 0).toBe(name !== 'stop-after-tcp');
    },
  );

  it('any bytes at all can be presented', async () => {
    for (const chain of [
      [Buffer.from('not a certificate')],
      [Buffer.alloc(0)],
      [Buffer.alloc(3, 0x30), ca.certificate],
    ]) {
      const { port } = await serve();
      const { endings } = await go(port, { identity: prepareIdentity({ chain, key: client.key }) });
      expect(endings).toEqual([{ kind: 'alert-received', alert: 'decode_error', number: 50 }]);
    }
  });

  it('an unknown lie is refused with the list of those there are', () => {
    expect(() => prepareIdentity({ chain: [], key: null }, ['white-lie'])).toThrow(/white-lie.*foreign-key/);
  });

  it('a key that fits no scheme of the server presents nothing, unless it is told to', async () => {
    const { port } = await serve({
      sigalgs: 'ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256:ECDSA+SHA384:RSA-PSS+SHA256',
    });
    const offer = prepareOffer({ serverName: 'localhost' });
    const rsa = serverParty(ca, { pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) });
    const second = await serve({
      sigalgs: 'RSA-PSS+SHA256',
      cert: pem(rsa.certificate),
      key: keyPem(rsa.key),
    });
    expect(new X509Certificate(rsa.certificate).publicKey.asymmetricKeyType).toBe('rsa');
    const quiet = await go(second.port, { offer });
    expect(quiet.connection.tls.handshake.presented).toBe('nothing');
    expect(quiet.endings).toEqual([{ kind: 'alert-received', alert: 'certificate_required', number: 116 }]);
    const bold = await go(second.port, {
      offer,
      identity: identityOf(client, ['unoffered-signature-scheme']),
    });
    expect(bold.connection.tls.handshake.presented).toBe('certificate');
    expect(bold.endings[0]?.kind).toBe('alert-received');
    expect(port).toBeGreaterThan(0);
  });
});
