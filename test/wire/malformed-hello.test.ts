import { describe, expect, it } from 'vitest';
import { begin, endingOf, meet, named, party, transcriptAfter, unverified } from './meeting.ts';
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
