import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareIdentity, prepareOffer, prepareTrust, type Session } from '../../src/wire/index.ts';
import { type Attempt, type AttemptOptions, attempt, connack, mqttConnect } from './attempt.ts';
import { authority, clientParty, pem, serverParty } from './pki.ts';
import { goMinorVersion, installed, Servers } from './servers.ts';

const ca = authority('wire test CA');
const server = serverParty(ca);
const client = clientParty(ca);
const stranger = clientParty(authority('another CA'));
const expired = clientParty(ca, { notBefore: Date.now() - 2e8, notAfter: Date.now() - 1e8 });
const trust = prepareTrust({ ca: pem(ca.certificate), serverName: 'localhost', verifyServer: true });

const present = (party: { certificate: Buffer; key: typeof client.key }, told: string[] = []) =>
  prepareIdentity({ chain: [party.certificate], key: party.key }, told);
const honest = present(client);

const servers = new Servers();
const files = servers.files(server, ca);
afterAll(() => servers.stop());

const go = (port: number, options: Partial<AttemptOptions> = {}): Promise<Attempt> =>
  attempt({ port, trust, identity: honest, ...options });

const line = { applicationData: Buffer.from('hello\n') };

describe.skipIf(!installed('openssl', ['version']))('against openssl s_server', () => {
  it.each([
    ['TLS_AES_128_GCM_SHA256', 'X25519', []],
    ['TLS_AES_256_GCM_SHA384', 'P-256', []],
    ['TLS_CHACHA20_POLY1305_SHA256', 'P-384', []],
    ['TLS_AES_128_GCM_SHA256', 'X25519', ['-num_tickets', '0']],
    ['TLS_AES_256_GCM_SHA384', 'X25519', ['-num_tickets', '10']],
    ['TLS_AES_128_GCM_SHA256', 'X25519', ['-max_send_frag', '512', '-split_send_frag', '512']],
    ['TLS_AES_128_GCM_SHA256', 'X25519', ['-record_padding', '64']],
  ])('%s, %s %j', async (suite, group, args) => {
    const peer = await servers.openssl(files, [
      '-ciphersuites',
      suite,
      '-groups',
      group,
      '-Verify',
      '3',
      '-verify_return_error',
      '-rev',
      ...args,
    ]);
    const offer = prepareOffer({ serverName: 'localhost' });
    const { data, endings, connection } = await go(peer.port, { ...line, offer });
    await peer.stop();
    expect(data.toString()).toBe('olleh\n');
    expect(endings).toEqual([{ kind: 'local-close' }]);
    expect(connection.tls.handshake.suite?.name).toBe(suite);
    expect(connection.tls.handshake.retried).toBe(group !== 'X25519');
    const tickets = args.indexOf('-num_tickets');
    expect(connection.tls.tickets).toBe(tickets < 0 ? 2 : Number(args[tickets + 1]));
  });

  it('keys updated by the server, with and without a request for ours', async () => {
    const peer = await servers.openssl(files, ['-Verify', '3']);
    let asked = 0;
    const { data, endings } = await go(peer.port, {
      ...line,
      onStart: (connection) => {
        const say = (text: string) => peer.process.stdin?.write(text);
        peer.process.stdout?.on('data', () => {
          const output = peer.output();
          if (asked === 0 && output.includes('hello')) {
            asked = 1;
            // One command a read: s_server takes a letter for a command only at the start of what it reads.
            say('k\n');
            setTimeout(() => say('K\n'), 50);
            setTimeout(() => say('after the update\n'), 100);
          } else if (asked === 1 && output.includes('and ours')) {
            asked = 2;
            connection.close();
          }
        });
      },
      onData: (connection) => connection.write(Buffer.from('and ours\n')),
    });
    await peer.stop();
    expect(data.toString()).toBe('after the update\n');
    expect(asked).toBe(2);
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });

  it.each([
    ['a stranger', present(stranger), 'unknown_ca'],
    ['an expired certificate', present(expired), 'certificate_expired'],
    ['no certificate', prepareIdentity({ chain: [], key: null }), 'certificate_required'],
    ['a foreign key', present(client, ['foreign-key']), 'decrypt_error'],
    ['half a certificate', present(client, ['cut-certificate']), 'decode_error'],
    ['no CertificateVerify', present(client, ['no-certificate-verify']), 'unexpected_message'],
    ['a wrong Finished', present(client, ['corrupted-finished']), 'decrypt_error'],
  ])('%s is answered with its alert', async (_name, identity, alert) => {
    const peer = await servers.openssl(files, ['-Verify', '3', '-verify_return_error', '-rev']);
    const { endings, data } = await go(peer.port, { ...line, identity });
    await peer.stop();
    expect(data).toHaveLength(0);
    expect(endings).toEqual([expect.objectContaining({ kind: 'alert-received', alert })]);
  });

  it('a ticket resumes the session', async () => {
    const peer = await servers.openssl(files, ['-Verify', '3', '-rev']);
    const first = await go(peer.port, { ...line, wantSessions: true });
    const second = await go(peer.port, { ...line, session: first.sessions[0] as Session });
    await peer.stop();
    expect(second.connection.tls.handshake.resumed).toBe(true);
    expect(second.data.toString()).toBe('olleh\n');
  });

  it('a server that asks for no certificate gets none', async () => {
    const peer = await servers.openssl(files, ['-rev']);
    const { data, connection } = await go(peer.port, line);
    await peer.stop();
    expect(data.toString()).toBe('olleh\n');
    expect(connection.tls.handshake.presented).toBe('not-asked');
  });

  it('a server killed in the middle ends the connection', async () => {
    const peer = await servers.openssl(files, ['-Verify', '3', '-rev']);
    const { endings } = await go(peer.port, { ...line, onData: () => peer.process.kill('SIGKILL') });
    expect(endings).toHaveLength(1);
    expect(['closed', 'reset']).toContain(endings[0]?.kind);
  });
});

describe.skipIf(!installed('mosquitto', ['-h']))('against Mosquitto', () => {
  const mqtt = { applicationData: mqttConnect('wire-1') };

  it('CONNECT goes with the flight, CONNACK comes, and each mistake has its alert', async () => {
    const peer = await servers.mosquitto(files);
    const good = await go(peer.port, mqtt);
    expect(good.data).toEqual(connack);
    const small = await go(peer.port, { ...mqtt, recordSize: 50 });
    expect(small.data).toEqual(connack);
    const answers: [string, string][] = [
      ['foreign-key', 'decrypt_error'],
      ['corrupted-certificate-verify', 'decrypt_error'],
      ['cut-certificate', 'decode_error'],
      ['random-certificate', 'decode_error'],
      ['trailing-certificate-bytes', 'decode_error'],
      ['zero-length-certificate', 'decode_error'],
      ['empty-certificate-list', 'certificate_required'],
      ['no-certificate-verify', 'unexpected_message'],
    ];
    for (const [lie, alert] of answers) {
      const { endings } = await go(peer.port, { ...mqtt, identity: present(client, [lie]) });
      expect(endings, lie).toEqual([expect.objectContaining({ kind: 'alert-received', alert })]);
    }
    const unknown = await go(peer.port, { ...mqtt, identity: present(stranger) });
    expect(unknown.endings[0]).toMatchObject({ kind: 'alert-received', alert: 'unknown_ca' });
    const repeated = await go(peer.port, { ...mqtt, identity: present(client, ['hundred-certificates']) });
    expect(repeated.data).toEqual(connack);
    await peer.stop();
  });
});

describe.skipIf(goMinorVersion() < 24)('against crypto/tls of Go, 1.24 or later', () => {
  it('groups, retries, names, protocols, keys and resumption', async () => {
    const peer = await servers.go(files);
    const offer = prepareOffer({ serverName: 'localhost', alpn: ['mqtt'] });
    const first = await go(peer.port, { ...line, offer, wantSessions: true });
    expect(first.data.toString()).toBe('hello\n');
    expect(first.connection.tls.handshake.protocol).toBe('mqtt');
    expect(peer.output()).toContain('"serverName":"localhost","protocol":"mqtt","client":"device-1"');
    const resumed = await go(peer.port, { ...line, offer, session: first.sessions[0] as Session });
    expect(resumed.data.toString()).toBe('hello\n');
    expect(peer.output()).toContain('"resumed":true');
    for (const suite of ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']) {
      const { data } = await go(peer.port, {
        ...line,
        offer: prepareOffer({ serverName: 'localhost', cipherSuites: [suite] }),
      });
      expect(data.toString()).toBe('hello\n');
      expect(peer.output()).toContain(`"suite":"${suite}"`);
    }
    for (const group of ['x25519', 'secp256r1', 'secp384r1', 'X25519MLKEM768']) {
      const { data, connection } = await go(peer.port, {
        ...line,
        offer: prepareOffer({ serverName: 'localhost', groups: [group] }),
      });
      expect(data.toString(), group).toBe('hello\n');
      expect(connection.tls.handshake.group?.name).toBe(group);
    }
    for (const pair of [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ed25519'),
    ]) {
      const { data } = await go(peer.port, { ...line, identity: present(clientParty(ca, { pair })) });
      expect(data.toString()).toBe('hello\n');
    }
    const answers: [string, string][] = [
      ['foreign-key', 'decrypt_error'],
      ['corrupted-certificate-verify', 'decrypt_error'],
      ['corrupted-finished', 'decrypt_error'],
      ['empty-certificate-list', 'certificate_required'],
      ['no-certificate-verify', 'unexpected_message'],
      ['disagreeing-signature-scheme', 'illegal_parameter'],
    ];
    for (const [lie, alert] of answers) {
      const { endings } = await go(peer.port, { ...line, identity: present(client, [lie]) });
      expect(endings, lie).toEqual([expect.objectContaining({ kind: 'alert-received', alert })]);
    }
    await peer.stop();
  });

  it('a group that Go insists on costs a HelloRetryRequest', async () => {
    const peer = await servers.go(files, ['-curve', '23']);
    const { data, connection } = await go(peer.port, line);
    expect(data.toString()).toBe('hello\n');
    expect(connection.tls.handshake.retried).toBe(true);
    await peer.stop();
  });
});
