import { randomBytes } from 'node:crypto';
import { type CipherSuite, cipherSuiteNamed } from '../../src/wire/crypto/cipher-suites.ts';
import type { HmacKey } from '../../src/wire/crypto/hmac.ts';
import { groupNamed, type NamedGroup } from '../../src/wire/crypto/named-groups.ts';
import { RecordProtection, sealedLength } from '../../src/wire/crypto/record-protection.ts';
import { KeySchedule, trafficKeys, updatedSecret, verifyData } from '../../src/wire/key-schedule.ts';
import { encodeCertificate } from '../../src/wire/messages/certificate.ts';
import { encodeCertificateVerify } from '../../src/wire/messages/certificate-verify.ts';
import { Writer } from '../../src/wire/messages/writer.ts';
import { schemesFor, signedContent, signWith } from '../../src/wire/signature-schemes.ts';
import type { Party } from './pki.ts';

/** The server's messages in the order sent, each with its handshake header. */
export type ServerMessages = Record<string, Uint8Array>;

export type Script = {
  party: Party;
  suite?: string;
  group?: string;
  requestCertificate?: boolean;
  /** Changes ServerHello before it is sent and hashed. */
  serverHello?: (message: Buffer) => Buffer;
  /** Extensions of ServerHello, of EncryptedExtensions, as encoded lists without their length. */
  helloExtensions?: (share: Uint8Array) => Buffer;
  encryptedExtensions?: Buffer;
  certificateRequest?: Buffer;
  /** Body of the Certificate message. */
  certificate?: Uint8Array;
  /** Changes CertificateVerify and Finished. */
  certificateVerify?: (message: Buffer) => Buffer;
  finished?: (message: Buffer) => Buffer;
  /** The order of the messages behind ServerHello; default all of them. */
  order?: string[];
};

/** `type` and `body` as a handshake message. */
export function message(type: number, body: Uint8Array): Buffer {
  return Buffer.from(
    new Writer()
      .u8(type)
      .vector(3, (content) => content.raw(body))
      .finish(),
  );
}

export function extension(type: number, data: Uint8Array): Buffer {
  return Buffer.from(
    new Writer()
      .u16(type)
      .vector(2, (content) => content.raw(data))
      .finish(),
  );
}

export function vector(lengthBytes: 1 | 2 | 3, ...parts: Uint8Array[]): Buffer {
  return Buffer.from(
    new Writer().vector(lengthBytes, (content) => content.raw(Buffer.concat(parts))).finish(),
  );
}

export function plainRecord(type: number, content: Uint8Array, version = 0x0303): Buffer {
  return Buffer.concat([
    Buffer.from([type, version >> 8, version & 255, content.length >> 8, content.length & 255]),
    content,
  ]);
}

export const changeCipherSpec = plainRecord(20, Buffer.from([1]));

const retryRandom = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');
const supportedVersions = extension(43, Buffer.from([3, 4]));

/** A HelloRetryRequest for a ClientHello; group and cookie as given. */
export function helloRetryRequest(clientHello: Buffer, suite: number, extensions: Buffer[]): Buffer {
  const sessionId = clientHello.subarray(39, 39 + (clientHello[38] ?? 0));
  return message(
    2,
    Buffer.concat([
      Buffer.from([3, 3]),
      retryRandom,
      vector(1, sessionId),
      Buffer.from([suite >> 8, suite & 255, 0]),
      vector(2, supportedVersions, ...extensions),
    ]),
  );
}

/** The share of a group in a ClientHello. */
export function clientShare(clientHello: Buffer, group: NamedGroup): Buffer {
  let at = 39 + (clientHello[38] ?? 0);
  at += 2 + clientHello.readUInt16BE(at);
  at += 1 + clientHello.readUInt8(at) + 2;
  for (; at < clientHello.length; at += 4 + clientHello.readUInt16BE(at + 2)) {
    if (clientHello.readUInt16BE(at) !== 51) continue;
    const end = at + 4 + clientHello.readUInt16BE(at + 2);
    for (let share = at + 6; share < end; share += 4 + clientHello.readUInt16BE(share + 2))
      if (clientHello.readUInt16BE(share) === group.code)
        return clientHello.subarray(share + 4, share + 4 + clientHello.readUInt16BE(share + 2));
  }
  throw new Error(`the ClientHello has no share of ${group.name}`);
}

/** A TLS 1.3 server in memory that says what a test wants said, under the right keys: for answers that no real server gives. */
export class ScriptedServer {
  readonly suite: CipherSuite;
  /** ServerHello as a record in the clear. */
  readonly hello: Buffer;
  readonly messages: ServerMessages = {};
  private readonly writing: RecordProtection;
  private application: RecordProtection;
  private secret: HmacKey;

  /** @param transcript everything up to and with the last ClientHello */
  constructor(script: Script, transcript: Buffer, clientHello: Buffer) {
    const suite = cipherSuiteNamed(script.suite ?? 'TLS_AES_128_GCM_SHA256');
    this.suite = suite;
    const { hash } = suite;
    const group = groupNamed(script.group ?? 'x25519');
    const share = group.create();
    const sessionId = clientHello.subarray(39, 39 + (clientHello[38] ?? 0));
    const keyShare = Buffer.concat([
      Buffer.from([group.code >> 8, group.code & 255]),
      vector(2, share.publicBytes),
    ]);
    const list =
      script.helloExtensions?.(keyShare) ?? Buffer.concat([supportedVersions, extension(51, keyShare)]);
    const honest = message(
      2,
      Buffer.concat([
        Buffer.from([3, 3]),
        randomBytes(32),
        vector(1, sessionId),
        Buffer.from([suite.code >> 8, suite.code & 255, 0]),
        vector(2, list),
      ]),
    );
    const serverHello = script.serverHello?.(honest) ?? honest;
    this.hello = plainRecord(22, serverHello);
    const schedule = new KeySchedule(hash, null);
    let so = Buffer.concat([transcript, serverHello]);
    const handshake = schedule.handshake(share.agree(clientShare(clientHello, group)), hash.digest(so));
    this.writing = new RecordProtection(suite, trafficKeys(suite, handshake.server));
    const { party } = script;
    const say = (name: string, spoken: Buffer) => {
      this.messages[name] = spoken;
      if (script.order === undefined || script.order.includes(name)) so = Buffer.concat([so, spoken]);
    };
    say('EncryptedExtensions', message(8, vector(2, script.encryptedExtensions ?? Buffer.alloc(0))));
    if (script.requestCertificate !== false)
      say(
        'CertificateRequest',
        message(
          13,
          script.certificateRequest ??
            Buffer.concat([Buffer.from([0]), vector(2, extension(13, vector(2, Buffer.from([4, 3, 8, 4]))))]),
        ),
      );
    const certificate = script.certificate
      ? message(11, script.certificate)
      : Buffer.from(encodeCertificate([party.certificate]));
    say('Certificate', certificate);
    const [scheme] = schemesFor(party.key);
    if (scheme === undefined) throw new Error('the server has a key that cannot sign');
    const signature = signWith(scheme, party.key, signedContent('server', hash.digest(so)));
    const verify = Buffer.from(encodeCertificateVerify(scheme.code, signature));
    say('CertificateVerify', script.certificateVerify?.(verify) ?? verify);
    const finished = message(20, verifyData(hash, handshake.server, hash.digest(so)));
    say('Finished', script.finished?.(finished) ?? finished);
    this.secret = schedule.application(hash.digest(so)).server;
    this.application = new RecordProtection(suite, trafficKeys(suite, this.secret));
  }

  /** Content under the handshake key. */
  sealed(type: number, content: Uint8Array, padding = 0): Buffer {
    return seal(this.writing, type, content, padding);
  }

  /** Content under the application key. */
  sealedApplication(type: number, content: Uint8Array, padding = 0): Buffer {
    return seal(this.application, type, content, padding);
  }

  updateKeys(): void {
    this.secret = updatedSecret(this.suite.hash, this.secret);
    this.application = new RecordProtection(this.suite, trafficKeys(this.suite, this.secret));
  }

  /** The messages behind ServerHello, end to end. */
  flight(order = Object.keys(this.messages)): Buffer {
    return Buffer.concat(order.map((name) => this.messages[name] ?? Buffer.alloc(0)));
  }
}

function seal(keys: RecordProtection, type: number, content: Uint8Array, padding: number): Buffer {
  // Padding is zeros behind the type; sealed as content, the type that `seal` writes is one more zero.
  const inner =
    padding === 0 ? content : Buffer.concat([content, Buffer.from([type]), Buffer.alloc(padding - 1)]);
  const out = Buffer.alloc(sealedLength(inner.length));
  keys.seal(out, 0, padding === 0 ? type : 0, inner);
  return out;
}
