import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TlsClient } from '../../src/wire/client.ts';
import type { Ending } from '../../src/wire/ending.ts';
import { prepareIdentity, prepareOffer, prepareTrust } from '../../src/wire/index.ts';
import { authority, clientParty, pem, serverParty } from './pki.ts';
import { changeCipherSpec, message, ScriptedServer, vector } from './scripted-server.ts';
import { recordedOffer } from './traces.ts';

/**
 * One flight of a server, recorded once, then changed in every way that fast-check comes up with and played to the client in memory.
 * The client's hello is fixed, so that nothing but the change is new.
 */
const ca = authority('wire test CA');
const device = clientParty(ca);
const settings = {
  trust: prepareTrust({ ca: pem(ca.certificate), serverName: 'localhost', verifyServer: true }),
  identity: prepareIdentity({ chain: [device.certificate], key: device.key }),
  applicationData: Buffer.from('hello'),
};
const hello = prepareOffer({ serverName: 'localhost', alpn: ['mqtt'] }).first(null);
const offer = recordedOffer(hello);

const server = new ScriptedServer(
  { party: serverParty(ca) },
  Buffer.from(hello.message),
  Buffer.from(hello.message),
);
const ticket = message(
  4,
  Buffer.concat([
    Buffer.from([0, 0, 0, 60, 0, 0, 0, 1]),
    vector(1, Buffer.from([0])),
    vector(2, Buffer.alloc(64, 7)),
    vector(2),
  ]),
);
const answer = Buffer.from('accepted');
const flight = server.flight();
/** The records of the flight: those that the client must have before it accepts the server, and those that follow. */
const handshakeRecords = [
  server.hello,
  changeCipherSpec,
  server.sealed(22, flight.subarray(0, 100)),
  server.sealed(22, flight.subarray(100)),
];
const laterRecords = [
  server.sealedApplication(22, ticket),
  server.sealedApplication(23, answer),
  server.sealedApplication(21, Buffer.from([1, 0])),
];
const handshakeBytes = Buffer.concat(handshakeRecords);
const recording = Buffer.concat([handshakeBytes, ...laterRecords]);

/**
 * What TLS 1.3 does not authenticate: the version in the header of records in the clear ("MUST be ignored for all purposes", RFC 8446,
 * section 5.1), and whether there is a change_cipher_spec at all (section 5: "MUST simply drop it").
 */
const helloLength = server.hello.length;
const ignoredBytes = new Set([1, 2, helloLength + 1, helloLength + 2]);

/**
 * The bytes as the protocol sees them: without change_cipher_spec, with the versions of records in the clear set right, and without a
 * user_canceled in the clear before ServerHello (RFC 8446 6.1: a warning that a close_notify should follow, and until then no end).
 */
function authenticated(bytes: Buffer): string {
  const kept: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= 5) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    const record = Buffer.from(bytes.subarray(at, end));
    at = end;
    if (record.length >= 5 && (record[0] === 20 || record[0] === 22)) record.writeUInt16BE(0x0303, 1);
    const canceled =
      kept.length === 0 && record[0] === 21 && record.length === 7 && record[6] === userCanceled;
    if (!record.equals(changeCipherSpec) && !canceled) kept.push(record);
  }
  return Buffer.concat([...kept, bytes.subarray(at)]).toString('hex');
}

const userCanceled = 90;

type Played = { opened: boolean; data: string; endings: Ending[]; flights: number };

function play(bytes: Buffer, pieces: number): Played {
  const endings: Ending[] = [];
  let data = '';
  let flights = 0;
  const client = new TlsClient(
    { ...settings, offer },
    {
      transmit: () => {
        flights++;
      },
      onApplicationData: (content) => {
        data += Buffer.from(content).toString('latin1');
      },
      onSession: () => undefined,
      ended: (ending) => endings.push(ending),
    },
  );
  client.start();
  for (let at = 0; at < bytes.length; at += pieces) client.receive(bytes.subarray(at, at + pieces));
  client.transportClosed();
  return { opened: client.handshake.flightWrittenAt > 0, data, endings, flights };
}

const authenticatedHandshake = authenticated(handshakeBytes);
const authenticatedAnswer = authenticated(Buffer.concat([handshakeBytes, ...laterRecords.slice(0, 2)]));
const classified = new Set(['alert-sent', 'alert-received', 'closed', 'close-notify']);

/** What must hold whatever came; plain conditions, since there are many runs. */
function check(bytes: Buffer, pieces: number): void {
  const { opened, data, endings } = play(bytes, pieces);
  const [ending] = endings;
  if (endings.length !== 1 || ending === undefined || !classified.has(ending.kind))
    throw new Error(`ended as ${JSON.stringify(endings)}`);
  if (opened && !authenticated(bytes).startsWith(authenticatedHandshake))
    throw new Error('a changed flight opened');
  if (data !== '' && (data !== 'accepted' || !authenticated(bytes).startsWith(authenticatedAnswer)))
    throw new Error(`data that the server did not send: ${data}`);
}

type Change = (bytes: Buffer) => Buffer;

const position = fc.nat(recording.length - 1);
const records = [...handshakeRecords, ...laterRecords];
const index = fc.nat(records.length - 1);

const flipBit = fc.tuple(position, fc.nat(7)).map(
  ([at, bit]): Change =>
    (bytes) => {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << bit);
      return copy;
    },
);
const setByte = fc.tuple(position, fc.nat(255)).map(
  ([at, value]): Change =>
    (bytes) => {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = value;
      return copy;
    },
);
const remove = fc.tuple(position, fc.integer({ min: 1, max: 60 })).map(
  ([at, count]): Change =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]),
);
const insert = fc.tuple(position, fc.uint8Array({ minLength: 1, maxLength: 20 })).map(
  ([at, extra]): Change =>
    (bytes) =>
      Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]),
);
const truncate = position.map(
  (at): Change =>
    (bytes) =>
      bytes.subarray(0, at),
);
const shuffleRecords = fc.tuple(index, index).map(
  ([from, to]): Change =>
    () => {
      const order = [...records];
      const [moved] = order.splice(from, 1);
      if (moved) order.splice(to, 0, moved);
      return Buffer.concat(order);
    },
);
const repeatRecord = index.map(
  (which): Change =>
    () => {
      const order = [...records];
      const record = order[which];
      if (record) order.splice(which, 0, record);
      return Buffer.concat(order);
    },
);
const dropRecord = index.map(
  (which): Change =>
    () =>
      Buffer.concat(records.filter((_, i) => i !== which)),
);
const insertRecord = fc
  .tuple(fc.nat(records.length), fc.constantFrom(20, 21, 22, 23, 24), fc.uint8Array({ maxLength: 30 }))
  .map(
    ([where, type, content]): Change =>
      () => {
        const record = Buffer.concat([Buffer.from([type, 3, 3, 0, content.length]), content]);
        return Buffer.concat([...records.slice(0, where), record, ...records.slice(where)]);
      },
  );
const change = fc.oneof(
  { weight: 6, arbitrary: flipBit },
  { weight: 4, arbitrary: setByte },
  { weight: 2, arbitrary: remove },
  { weight: 2, arbitrary: insert },
  { weight: 1, arbitrary: truncate },
  { weight: 1, arbitrary: shuffleRecords },
  { weight: 1, arbitrary: repeatRecord },
  { weight: 1, arbitrary: dropRecord },
  { weight: 2, arbitrary: insertRecord },
);

/** Byte by byte costs the most and finds the least. */
const pieces = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 5, arbitrary: fc.constant(60) },
  { weight: 20, arbitrary: fc.constant(5000) },
);

describe('a recorded flight of a server, changed', () => {
  it('is accepted unchanged, in whatever pieces it comes', () => {
    for (const pieces of [1, 7, 100, recording.length]) {
      const { opened, data, endings } = play(recording, pieces);
      expect({ opened, data, endings }).toEqual({
        opened: true,
        data: 'accepted',
        endings: [{ kind: 'close-notify' }],
      });
    }
  });

  it('no byte of it can be changed unseen, but the versions that the protocol ignores', () => {
    for (let at = 0; at < recording.length; at++) {
      const copy = Buffer.from(recording);
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      const { opened, data, endings } = play(copy, copy.length);
      expect(endings).toHaveLength(1);
      if (ignoredBytes.has(at)) expect({ at, opened, data }).toEqual({ at, opened: true, data: 'accepted' });
      else if (at < handshakeBytes.length)
        expect({ at, opened, data }).toEqual({ at, opened: false, data: '' });
      else expect(endings[0]?.kind === 'close-notify' && data === 'accepted', `byte ${at}`).toBe(false);
    }
  });

  it('cut anywhere, it ends as closed and opens nothing', () => {
    for (let length = 0; length < handshakeBytes.length; length++) {
      const { opened, data, endings } = play(recording.subarray(0, length), 400);
      expect({ length, opened, data, endings }).toEqual({
        length,
        opened: false,
        data: '',
        endings: [{ kind: 'closed' }],
      });
    }
  });

  it('50,000 changes end in one classified ending each: no hang, no crash, no accept', {
    timeout: 120_000,
  }, () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), pieces, (changes, size) => {
        check(
          changes.reduce<Buffer>((bytes, apply) => apply(bytes), recording),
          size,
        );
      }),
      { numRuns: 50_000 },
    );
  });
});
