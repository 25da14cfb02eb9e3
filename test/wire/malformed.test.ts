import { describe, expect, it } from 'vitest';
import { TlsClient } from '../../src/wire/client.ts';
import type { Ending } from '../../src/wire/ending.ts';
import { prepareIdentity, prepareOffer, prepareTrust } from '../../src/wire/index.ts';
import { encodeCertificate } from '../../src/wire/messages/certificate.ts';
import { authority, clientParty, pem, serverParty } from './pki.ts';
import {
  changeCipherSpec,
  extension,
  helloRetryRequest,
  message,
  plainRecord,
  type Script,
  ScriptedServer,
  vector,
} from './scripted-server.ts';

const ca = authority('wire test CA');
const party = serverParty(ca);
const device = clientParty(ca);
const trust = prepareTrust({ ca: pem(ca.certificate), serverName: 'localhost', verifyServer: true });
const unverified = prepareTrust({ ca: null, serverName: 'localhost', verifyServer: false });
const identity = prepareIdentity({ chain: [device.certificate], key: device.key });
const offer = prepareOffer({ serverName: 'localhost', alpn: ['mqtt'] });
const hello = Buffer.from('hello');

type Told = {
  client: TlsClient;
  sent: Buffer[];
  data: Buffer[];
  endings: Ending[];
  /** The last ClientHello. */
  clientHello: Buffer;
};

function begin(options: { trust?: typeof trust; offer?: typeof offer } = {}): Told {
  const told = { sent: [] as Buffer[], data: [] as Buffer[], endings: [] as Ending[] };
  const client = new TlsClient(
    { offer: options.offer ?? offer, trust: options.trust ?? trust, identity, applicationData: hello },
    {
      transmit: (bytes) => told.sent.push(Buffer.from(bytes)),
      onApplicationData: (bytes) => told.data.push(Buffer.from(bytes)),
      ended: (ending) => told.endings.push(ending),
    },
  );
  client.start();
  return { client, ...told, clientHello: (told.sent[0] as Buffer).subarray(5) };
}

/** A client and the server that answers it; nothing of the answer is sent yet. */
function meet(script: Partial<Script> = {}, options: Parameters<typeof begin>[0] = {}) {
  const told = begin(options);
  const server = new ScriptedServer({ party, ...script }, told.clientHello, told.clientHello);
  return { ...told, server };
}

/** What the client ends with when the server says its usual flight. */
function endingOf(script: Partial<Script>, options: Parameters<typeof begin>[0] = {}): string {
  const { client, server, endings } = meet(script, options);
  client.receive(server.hello);
  client.receive(server.sealed(22, server.flight(script.order)));
  return named(endings, client);
}

function named(endings: Ending[], client: TlsClient): string {
  expect(endings.length).toBeLessThanOrEqual(1);
  const [ending] = endings;
  if (ending === undefined) return client.phase;
  return ending.kind === 'alert-sent' ? ending.alert : ending.kind;
}

const emptyFlight = vector(2);

describe('what the scripted server says is accepted when it is right', () => {
  it.each([
    ['TLS_AES_128_GCM_SHA256', 'x25519'],
    ['TLS_AES_256_GCM_SHA384', 'x25519'],
    ['TLS_CHACHA20_POLY1305_SHA256', 'x25519'],
  ])('%s', (suite, group) => {
    expect(endingOf({ suite, group })).toBe('open');
    expect(endingOf({ suite, group }, { trust: unverified })).toBe('open');
  });

  it('each message in a record of its own, in records of one byte, padded, with a change_cipher_spec between', () => {
    for (const size of [1, 3, 1000]) {
      for (const padding of [0, 1, 200]) {
        const { client, server, endings } = meet();
        const { hello: record } = server;
        for (let at = 5; at < record.length; at += size)
          client.receive(plainRecord(22, record.subarray(at, at + size), 0x0301));
        client.receive(changeCipherSpec);
        const flight = server.flight();
        for (let at = 0; at < flight.length; at += size)
          client.receive(server.sealed(22, flight.subarray(at, at + size), padding));
        expect(named(endings, client)).toBe('open');
      }
    }
  });

  it('a HelloRetryRequest with nothing but a cookie, then the same share', () => {
    const told = begin();
    const retry = helloRetryRequest(told.clientHello, 0x1301, [
      extension(44, vector(2, Buffer.from('biscuit'))),
    ]);
    told.client.receive(plainRecord(22, retry));
    const second = (told.sent[1] as Buffer).subarray(6 + 5);
    expect(second.includes(Buffer.from('biscuit'))).toBe(true);
    expect(second.subarray(6, 38)).toEqual(told.clientHello.subarray(6, 38));
    const server = new ScriptedServer({ party }, transcriptAfter(told.clientHello, retry, second), second);
    told.client.receive(server.hello);
    told.client.receive(server.sealed(22, server.flight()));
    expect(named(told.endings, told.client)).toBe('open');
  });
});

function transcriptAfter(first: Buffer, retry: Buffer, second: Buffer): Buffer {
  const digest = Buffer.from(meet().server.suite.hash.digest(first));
  return Buffer.concat([message(254, digest), retry, second]);
}

describe('a ServerHello that is wrong', () => {
  const cut = (change: (message: Buffer) => void) => (spoken: Buffer) => {
    const copy = Buffer.from(spoken);
    change(copy);
    return copy;
  };
  const versions = extension(43, Buffer.from([3, 4]));

  it.each<[string, Partial<Script>, string]>([
    [
      'a legacy version of TLS 1.1',
      { serverHello: cut((m) => m.writeUInt16BE(0x0302, 4)) },
      'protocol_version',
    ],
    [
      'another session id',
      { serverHello: cut((m) => m.writeUInt8((m[40] ?? 0) ^ 1, 40)) },
      'illegal_parameter',
    ],
    [
      'a cipher suite that was not offered',
      { serverHello: cut((m) => m.writeUInt16BE(0x1304, 71)) },
      'illegal_parameter',
    ],
    ['compression', { serverHello: cut((m) => m.writeUInt8(1, 73)) }, 'illegal_parameter'],
    [
      'a byte too many',
      { serverHello: (m) => message(2, Buffer.concat([m.subarray(4), Buffer.from([0])])) },
      'decode_error',
    ],
    ['a byte too few', { serverHello: (m) => message(2, m.subarray(4, m.length - 1)) }, 'decode_error'],
    ['no extensions (TLS 1.2)', { serverHello: (m) => message(2, m.subarray(4, 74)) }, 'protocol_version'],
    ['no supported_versions', { helloExtensions: (share) => extension(51, share) }, 'protocol_version'],
    [
      'version TLS 1.2 in supported_versions',
      {
        helloExtensions: (share) => Buffer.concat([extension(43, Buffer.from([3, 3])), extension(51, share)]),
      },
      'illegal_parameter',
    ],
    ['no key_share', { helloExtensions: () => versions }, 'missing_extension'],
    [
      'key_share twice',
      { helloExtensions: (share) => Buffer.concat([versions, extension(51, share), extension(51, share)]) },
      'illegal_parameter',
    ],
    [
      'an extension of EncryptedExtensions',
      {
        helloExtensions: (share) =>
          Buffer.concat([
            versions,
            extension(51, share),
            extension(16, vector(2, vector(1, Buffer.from('mqtt')))),
          ]),
      },
      'illegal_parameter',
    ],
    [
      'an extension that was not offered',
      {
        helloExtensions: (share) =>
          Buffer.concat([versions, extension(51, share), extension(0x4444, Buffer.alloc(0))]),
      },
      'unsupported_extension',
    ],
    [
      'a PSK though none was offered',
      {
        helloExtensions: (share) =>
          Buffer.concat([versions, extension(51, share), extension(41, Buffer.from([0, 0]))]),
      },
      'unsupported_extension',
    ],
    [
      'a group without share',
      {
        helloExtensions: (share) =>
          Buffer.concat([versions, extension(51, Buffer.concat([Buffer.from([0, 23]), share.subarray(2)]))]),
      },
      'illegal_parameter',
    ],
    [
      'a share of 31 bytes',
      {
        helloExtensions: (share) =>
          Buffer.concat([
            versions,
            extension(51, Buffer.concat([share.subarray(0, 2), vector(2, share.subarray(5))])),
          ]),
      },
      'illegal_parameter',
    ],
    [
      'a share that leads to the all-zero secret',
      {
        helloExtensions: (share) =>
          Buffer.concat([versions, extension(51, Buffer.concat([share.subarray(0, 4), Buffer.alloc(32)]))]),
      },
      'illegal_parameter',
    ],
  ])('%s', (_name, script, alert) => {
    expect(endingOf(script)).toBe(alert);
  });

  it.each<[string, (hello: Buffer) => Buffer, string]>([
    [
      'with a group not offered',
      (hello) => helloRetryRequest(hello, 0x1301, [extension(51, Buffer.from([0, 0x19]))]),
      'illegal_parameter',
    ],
    [
      'with the group it already had',
      (hello) => helloRetryRequest(hello, 0x1301, [extension(51, Buffer.from([0, 0x1d]))]),
      'illegal_parameter',
    ],
    ['with nothing to change', (hello) => helloRetryRequest(hello, 0x1301, []), 'illegal_parameter'],
    [
      'with an empty cookie',
      (hello) => helloRetryRequest(hello, 0x1301, [extension(44, vector(2))]),
      'decode_error',
    ],
    [
      'with a cipher suite not offered',
      (hello) => helloRetryRequest(hello, 0x13ff, [extension(44, vector(2, Buffer.from([1])))]),
      'illegal_parameter',
    ],
  ])('a HelloRetryRequest %s', (_name, make, alert) => {
    const { client, endings, clientHello } = begin();
    client.receive(plainRecord(22, make(clientHello)));
    expect(named(endings, client)).toBe(alert);
  });

  it('a second HelloRetryRequest, and a ServerHello of another suite or group after one', () => {
    const group = [extension(51, Buffer.from([0, 0x17]))];
    const again = begin();
    again.client.receive(plainRecord(22, helloRetryRequest(again.clientHello, 0x1301, group)));
    again.client.receive(plainRecord(22, helloRetryRequest(again.clientHello, 0x1301, group)));
    expect(named(again.endings, again.client)).toBe('unexpected_message');
    for (const [suite, share] of [
      ['TLS_AES_256_GCM_SHA384', 'secp256r1'],
      ['TLS_AES_128_GCM_SHA256', 'x25519'],
    ] as const) {
      const told = begin();
      const retry = helloRetryRequest(told.clientHello, 0x1301, group);
      told.client.receive(plainRecord(22, retry));
      const second = (told.sent[1] as Buffer).subarray(6 + 5);
      const source = share === 'x25519' ? told.clientHello : second;
      const server = new ScriptedServer(
        { party, suite, group: share },
        transcriptAfter(told.clientHello, retry, second),
        source,
      );
      told.client.receive(server.hello);
      expect(named(told.endings, told.client)).toBe('illegal_parameter');
    }
  });
});

describe('a flight that is wrong', () => {
  const all = ['EncryptedExtensions', 'CertificateRequest', 'Certificate', 'CertificateVerify', 'Finished'];
  const without = (...names: string[]) => all.filter((name) => !names.includes(name));
  const flip = (at: number) => (spoken: Buffer) => {
    const copy = Buffer.from(spoken);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const scheme = (code: number) => (spoken: Buffer) => {
    const copy = Buffer.from(spoken);
    copy.writeUInt16BE(code, 4);
    return copy;
  };
  const longer = (spoken: Buffer) =>
    message(spoken[0] ?? 0, Buffer.concat([spoken.subarray(4), Buffer.from([0])]));
  const alpn = (...names: string[]) =>
    extension(16, vector(2, ...names.map((name) => vector(1, Buffer.from(name)))));
  const request = (...extensions: Buffer[]) => Buffer.concat([Buffer.from([0]), vector(2, ...extensions)]);
  const algorithms = extension(13, vector(2, Buffer.from([4, 3])));
  const entry = (...parts: Buffer[]) => Buffer.concat([Buffer.from([0]), vector(3, ...parts)]);

  it.each<[string, Partial<Script>, string]>([
    ['no EncryptedExtensions', { order: without('EncryptedExtensions') }, 'unexpected_message'],
    ['no Certificate', { order: without('Certificate', 'CertificateVerify') }, 'unexpected_message'],
    ['no CertificateVerify', { order: without('CertificateVerify') }, 'unexpected_message'],
    [
      'CertificateRequest behind Certificate',
      {
        order: ['EncryptedExtensions', 'Certificate', 'CertificateRequest', 'CertificateVerify', 'Finished'],
      },
      'unexpected_message',
    ],
    [
      'CertificateRequest twice',
      {
        order: [
          'EncryptedExtensions',
          'CertificateRequest',
          'CertificateRequest',
          'Certificate',
          'CertificateVerify',
          'Finished',
        ],
      },
      'unexpected_message',
    ],
    ['Finished at once', { order: ['EncryptedExtensions', 'Finished'] }, 'unexpected_message'],
    ['EncryptedExtensions twice', { order: ['EncryptedExtensions', ...all] }, 'unexpected_message'],
    ['server_name with content', { encryptedExtensions: extension(0, Buffer.from([1])) }, 'decode_error'],
    ['an application protocol not offered', { encryptedExtensions: alpn('h2') }, 'illegal_parameter'],
    ['two application protocols', { encryptedExtensions: alpn('mqtt', 'mqtt') }, 'decode_error'],
    [
      'an extension not offered',
      { encryptedExtensions: extension(0x1234, Buffer.alloc(0)) },
      'unsupported_extension',
    ],
    [
      'early_data not offered',
      { encryptedExtensions: extension(42, Buffer.alloc(0)) },
      'unsupported_extension',
    ],
    [
      'key_share in EncryptedExtensions',
      { encryptedExtensions: extension(51, Buffer.alloc(0)) },
      'illegal_parameter',
    ],
    [
      'supported_groups of odd length',
      { encryptedExtensions: extension(10, vector(2, Buffer.from([0, 29, 0]))) },
      'decode_error',
    ],
    [
      'a CertificateRequest with context',
      { certificateRequest: Buffer.concat([vector(1, Buffer.from([1])), vector(2, algorithms)]) },
      'illegal_parameter',
    ],
    [
      'a CertificateRequest without signature_algorithms',
      { certificateRequest: request(extension(47, vector(2, vector(2, Buffer.from('x'))))) },
      'missing_extension',
    ],
    [
      'a CertificateRequest with signature_algorithms twice',
      { certificateRequest: request(algorithms, algorithms) },
      'illegal_parameter',
    ],
    [
      'a CertificateRequest with an odd list',
      { certificateRequest: request(extension(13, vector(2, Buffer.from([4, 3, 8])))) },
      'decode_error',
    ],
    [
      'a CertificateRequest with bytes behind',
      { certificateRequest: Buffer.concat([request(algorithms), Buffer.from([0])]) },
      'decode_error',
    ],
    [
      'an unknown extension in CertificateRequest, which is to be ignored',
      { certificateRequest: request(algorithms, extension(0x4444, Buffer.from([1]))) },
      'open',
    ],
    ['an empty Certificate', { certificate: entry() }, 'decode_error'],
    [
      'a Certificate with context',
      { certificate: Buffer.concat([vector(1, Buffer.from([1])), vector(3)]) },
      'illegal_parameter',
    ],
    ['a certificate of no bytes', { certificate: entry(vector(3), emptyFlight) }, 'decode_error'],
    [
      'a certificate that is none',
      { certificate: entry(vector(3, Buffer.from('junk')), emptyFlight) },
      'bad_certificate',
    ],
    [
      'a certificate cut in half',
      { certificate: entry(vector(3, party.certificate.subarray(0, 200)), emptyFlight) },
      'bad_certificate',
    ],
    [
      'an extension of a certificate',
      { certificate: entry(vector(3, party.certificate), vector(2, extension(5, Buffer.alloc(0)))) },
      'unsupported_extension',
    ],
    [
      'a Certificate with bytes behind',
      { certificate: Buffer.concat([encodeCertificate([party.certificate]).subarray(4), Buffer.from([0])]) },
      'decode_error',
    ],
    ['a CertificateVerify with one bit changed', { certificateVerify: flip(30) }, 'decrypt_error'],
    [
      'a CertificateVerify of a scheme not offered',
      { certificateVerify: scheme(0x0203) },
      'illegal_parameter',
    ],
    [
      'a CertificateVerify with RSASSA-PKCS1-v1_5',
      { certificateVerify: scheme(0x0401) },
      'illegal_parameter',
    ],
    [
      'a CertificateVerify of a scheme that does not fit the key',
      { certificateVerify: scheme(0x0804) },
      'illegal_parameter',
    ],
    ['a CertificateVerify with bytes behind', { certificateVerify: longer }, 'decode_error'],
    ['a Finished with one bit changed', { finished: flip(10) }, 'decrypt_error'],
    ['a Finished that is too long', { finished: longer }, 'decode_error'],
    ['a Finished that is too short', { finished: (m) => message(20, m.subarray(5)) }, 'decode_error'],
  ])('%s', (_name, script, alert) => {
    expect(endingOf(script)).toBe(alert);
  });

  it('unverified skips chain, name and the signature of CertificateVerify, and nothing else', () => {
    const other = serverParty(authority('another CA'), { extensions: [] });
    expect(endingOf({ party: other })).not.toBe('open');
    expect(endingOf({ party: other }, { trust: unverified })).toBe('open');
    expect(endingOf({ certificateVerify: flip(30) }, { trust: unverified })).toBe('open');
    expect(endingOf({ finished: flip(10) }, { trust: unverified })).toBe('decrypt_error');
    expect(endingOf({ certificateVerify: scheme(0x0203) }, { trust: unverified })).toBe('illegal_parameter');
    expect(endingOf({ certificate: entry() }, { trust: unverified })).toBe('decode_error');
  });
});

describe('records that are wrong', () => {
  const early: [string, Buffer, string][] = [
    ['an unknown content type', plainRecord(24, Buffer.from([1])), 'unexpected_message'],
    ['application data in the clear', plainRecord(23, Buffer.from([1])), 'unexpected_message'],
    ['a handshake record without content', plainRecord(22, Buffer.alloc(0)), 'unexpected_message'],
    ['a record of 2^14 + 1 bytes', Buffer.from([22, 3, 3, 0x40, 1]), 'record_overflow'],
    ['an encrypted record of 2^14 + 257 bytes', Buffer.from([23, 3, 3, 0x41, 1]), 'record_overflow'],
    ['a handshake message of 16 MB', plainRecord(22, Buffer.from([2, 255, 255, 255])), 'illegal_parameter'],
    ['a change_cipher_spec of 2', plainRecord(20, Buffer.from([2])), 'unexpected_message'],
    ['a change_cipher_spec of two bytes', plainRecord(20, Buffer.from([1, 1])), 'unexpected_message'],
    [
      'change_cipher_spec without end',
      Buffer.concat(Array.from({ length: 40 }, () => changeCipherSpec)),
      'unexpected_message',
    ],
    ['an alert of one byte', plainRecord(21, Buffer.from([2])), 'decode_error'],
    ['two alerts in a record', plainRecord(21, Buffer.from([2, 40, 2, 40])), 'decode_error'],
    ['a ServerHello request of TLS 1.2', plainRecord(22, message(0, Buffer.alloc(0))), 'unexpected_message'],
  ];
  it.each(early)('%s before ServerHello', (_name, bytes, alert) => {
    const { client, endings } = begin();
    client.receive(bytes);
    expect(named(endings, client)).toBe(alert);
  });

  it('alerts of the server are told by name, known or not', () => {
    for (const [number, alert] of [
      [40, 'handshake_failure'],
      [112, 'unrecognized_name'],
      [200, 'alert_200'],
    ] as const) {
      const { client, endings } = begin();
      client.receive(plainRecord(21, Buffer.from([2, number])));
      expect(endings).toEqual([{ kind: 'alert-received', alert, number }]);
    }
    const { client, endings } = begin();
    client.receive(plainRecord(21, Buffer.from([1, 90])));
    client.receive(plainRecord(21, Buffer.from([1, 0])));
    expect(endings).toEqual([{ kind: 'close-notify' }]);
  });

  const later: [string, (server: ScriptedServer) => Buffer[], string][] = [
    ['a record that does not authenticate', () => [plainRecord(23, Buffer.alloc(40))], 'bad_record_mac'],
    ['an encrypted record shorter than its tag', () => [plainRecord(23, Buffer.alloc(10))], 'bad_record_mac'],
    ['a handshake record in the clear', (s) => [plainRecord(22, s.flight())], 'unexpected_message'],
    ['an alert in the clear', () => [plainRecord(21, Buffer.from([2, 40]))], 'unexpected_message'],
    ['application data', (s) => [s.sealed(23, Buffer.from('x'))], 'unexpected_message'],
    ['an encrypted change_cipher_spec', (s) => [s.sealed(20, Buffer.from([1]))], 'unexpected_message'],
    [
      'an encrypted handshake record without content',
      (s) => [s.sealed(22, Buffer.alloc(0))],
      'unexpected_message',
    ],
    ['padding alone', (s) => [s.sealed(0, Buffer.alloc(20))], 'unexpected_message'],
    [
      'another record within a message',
      (s) => [s.sealed(22, s.flight().subarray(0, 20)), s.sealed(21, Buffer.from([2, 40]))],
      'unexpected_message',
    ],
    ['content of 2^14 + 1 bytes', (s) => [s.sealed(22, Buffer.alloc(16_385, 8))], 'record_overflow'],
    [
      'a message behind Finished in its record',
      (s) => [s.sealed(22, Buffer.concat([s.flight(), message(4, Buffer.alloc(20))]))],
      'unexpected_message',
    ],
    [
      'a record repeated',
      (s) => {
        const record = s.sealed(22, s.flight().subarray(0, 10));
        return [record, record];
      },
      'bad_record_mac',
    ],
    [
      'a record left out',
      (s) => {
        s.sealed(22, Buffer.from([1]));
        return [s.sealed(22, s.flight())];
      },
      'bad_record_mac',
    ],
    [
      'another version in the header of an encrypted record',
      (s) => {
        const record = s.sealed(22, s.flight());
        record[2] = 1;
        return [record];
      },
      'bad_record_mac',
    ],
    ['an encrypted alert', (s) => [s.sealed(21, Buffer.from([2, 80]))], 'alert-received'],
    ['close_notify', (s) => [s.sealed(21, Buffer.from([1, 0]))], 'close-notify'],
  ];
  it.each(later)('%s within the flight', (_name, make, ending) => {
    const { client, endings, server } = meet();
    client.receive(server.hello);
    for (const record of make(server)) client.receive(record);
    expect(named(endings, client)).toBe(ending);
  });

  const ticket = (lifetime: number) =>
    message(
      4,
      Buffer.concat([
        Buffer.from([
          lifetime >>> 24,
          (lifetime >>> 16) & 255,
          (lifetime >>> 8) & 255,
          lifetime & 255,
          0,
          0,
          0,
          1,
        ]),
        vector(1, Buffer.from([0])),
        vector(2, Buffer.from('ticket')),
        vector(2),
      ]),
    );
  const update = (request: number) => message(24, Buffer.from([request]));
  const open: [string, (server: ScriptedServer) => Buffer[], string][] = [
    ['a change_cipher_spec', () => [changeCipherSpec], 'unexpected_message'],
    [
      'a second Finished',
      (s) => [s.sealedApplication(22, s.messages.Finished as Uint8Array)],
      'unexpected_message',
    ],
    [
      'a CertificateRequest, which was not offered',
      (s) => [s.sealedApplication(22, s.messages.CertificateRequest as Uint8Array)],
      'unexpected_message',
    ],
    ['a record of the handshake key', (s) => [s.sealed(23, Buffer.from('x'))], 'bad_record_mac'],
    ['a ticket for eight days', (s) => [s.sealedApplication(22, ticket(700_000))], 'illegal_parameter'],
    [
      'a ticket with bytes behind',
      (s) => [s.sealedApplication(22, message(4, Buffer.concat([ticket(1).subarray(4), Buffer.from([0])])))],
      'decode_error',
    ],
    ['a KeyUpdate of 2', (s) => [s.sealedApplication(22, update(2))], 'illegal_parameter'],
    [
      'a KeyUpdate with another message in its record',
      (s) => [s.sealedApplication(22, Buffer.concat([update(0), ticket(1)]))],
      'unexpected_message',
    ],
    [
      'KeyUpdates without end',
      (s) =>
        Array.from({ length: 40 }, () => {
          const record = s.sealedApplication(22, update(1));
          s.updateKeys();
          return record;
        }),
      'unexpected_message',
    ],
    [
      'empty records without end',
      (s) => Array.from({ length: 40 }, () => s.sealedApplication(23, Buffer.alloc(0))),
      'unexpected_message',
    ],
    [
      'an old key after KeyUpdate',
      (s) => [s.sealedApplication(22, update(0)), s.sealedApplication(23, Buffer.from('x'))],
      'bad_record_mac',
    ],
    [
      'a ticket, a KeyUpdate, and data under the new key',
      (s) => {
        const records = [s.sealedApplication(22, ticket(60)), s.sealedApplication(22, update(1))];
        s.updateKeys();
        return [...records, s.sealedApplication(23, Buffer.from('x'), 50)];
      },
      'open',
    ],
  ];
  it.each(open)('%s after the handshake', (name, make, ending) => {
    const { client, endings, server, data } = meet();
    client.receive(server.hello);
    client.receive(server.sealed(22, server.flight()));
    expect(client.phase).toBe('open');
    // Whole, and byte by byte.
    for (const record of make(server)) for (const byte of record) client.receive(Uint8Array.of(byte));
    expect(named(endings, client)).toBe(ending);
    expect(data.length).toBe(name.startsWith('a ticket, a KeyUpdate') ? 1 : 0);
  });

  it('after its end the client says and hears nothing more', () => {
    const { client, endings, sent } = begin();
    client.receive(plainRecord(24, Buffer.from([1])));
    const before = sent.length;
    client.receive(changeCipherSpec);
    client.write(hello);
    client.close();
    client.transportClosed();
    client.transportFailed({ kind: 'reset', code: 'ECONNRESET' });
    expect(sent.length).toBe(before);
    expect(endings).toHaveLength(1);
  });
});
