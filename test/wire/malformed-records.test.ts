import { describe, expect, it } from 'vitest';
import { begin, hello, meet, named } from './meeting.ts';
import { changeCipherSpec, message, plainRecord, type ScriptedServer, vector } from './scripted-server.ts';

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

  it("an alert behind the server's Finished counts also under the keys of the handshake, as Erlang sends some", () => {
    const open = () => {
      const met = meet();
      met.client.receive(met.server.hello);
      met.client.receive(met.server.sealed(22, met.server.flight()));
      expect(met.client.phase).toBe('open');
      return met;
    };
    const told = open();
    told.client.receive(told.server.sealed(21, Buffer.from([2, 10])));
    expect(told.endings).toEqual([{ kind: 'alert-received', alert: 'unexpected_message', number: 10 }]);
    const data = open();
    data.client.receive(data.server.sealed(23, Buffer.from('x')));
    expect(named(data.endings, data.client)).toBe('bad_record_mac');
    expect(data.data).toEqual([]);
    const late = open();
    late.client.receive(late.server.sealedApplication(23, Buffer.from('x')));
    late.client.receive(late.server.sealed(21, Buffer.from([2, 10])));
    expect(named(late.endings, late.client)).toBe('bad_record_mac');
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
