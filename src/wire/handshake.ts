import { Violation } from './alerts.ts';
import type { CipherSuite } from './crypto/cipher-suites.ts';
import type { HmacKey } from './crypto/hmac.ts';
import type { NamedGroup } from './crypto/named-groups.ts';
import { RecordProtection } from './crypto/record-protection.ts';
import { appendFlight, type Presented } from './flight.ts';
import type { PreparedIdentity } from './identity.ts';
import { sealFlightWith } from './intrusion.ts';
import { KeySchedule, trafficKeys, verifyData } from './key-schedule.ts';
import { type CertificateRequest, readCertificateRequest } from './messages/certificate-request.ts';
import { readCertificateVerify } from './messages/certificate-verify.ts';
import type { Hello } from './messages/client-hello.ts';
import { readEncryptedExtensions } from './messages/encrypted-extensions.ts';
import { handshakeName, handshakeType } from './messages/handshake-type.ts';
import { readServerHello, type ServerHello } from './messages/server-hello.ts';
import type { Offer } from './offer.ts';
import type { RecordWriter } from './record-writer.ts';
import type { Session } from './session.ts';
import { checkServerSignature, type ServerKey } from './signature-schemes.ts';
import type { Transcript } from './transcript.ts';
import type { Trust } from './trust/trust.ts';

export type HandshakeSettings = {
  offer: Offer;
  trust: Trust;
  identity: PreparedIdentity;
  /** Goes out in one write with the client's flight, e.g. an MQTT CONNECT; null for none. */
  applicationData: Uint8Array | null;
  /** A session to resume, or null. One that is over, or whose server was not verified where this one's must be, is not offered. */
  session?: Session | null;
};

export type HandshakePhase =
  | 'idle'
  | 'server-hello'
  | 'encrypted-extensions'
  | 'certificate-request'
  | 'certificate'
  | 'certificate-verify'
  | 'finished'
  | 'open';

/**
 * The handshake of a client, message by message (RFC 8446, appendix A.1), from its ClientHello to its Finished. Times are
 * performance.now() milliseconds, 0 until then.
 */
export class Handshake {
  phase: HandshakePhase = 'idle';
  /** A ServerHello that was no HelloRetryRequest. */
  serverHelloAt = 0;
  /** The server's Finished was found good. */
  serverFinishedAt = 0;
  /** Just before the flight was handed to the transport: on loopback the answer may be there before the call returns. */
  flightWrittenAt = 0;
  suite: CipherSuite | null = null;
  group: NamedGroup | null = null;
  /** The application protocol that the server chose. */
  protocol: string | null = null;
  /** Whether there was a HelloRetryRequest. */
  retried = false;
  resumed = false;
  presented: Presented = 'not-asked';
  /** Protection of what the server sends next. */
  reading: RecordProtection | null = null;
  /** What protected the server's flight, until something authenticates under what comes after it. */
  flightReading: RecordProtection | null = null;
  /** Traffic secrets: of the handshake, then of the application data. */
  clientSecret: HmacKey | null = null;
  serverSecret: HmacKey | null = null;
  schedule: KeySchedule | null = null;

  private readonly settings: HandshakeSettings;
  private readonly writer: RecordWriter;
  private readonly transcript: Transcript;
  private session: Session | null;
  private hello: Hello | null = null;
  private request: CertificateRequest | null = null;
  private serverKey: ServerKey | null = null;

  constructor(settings: HandshakeSettings, writer: RecordWriter, transcript: Transcript) {
    this.settings = settings;
    this.writer = writer;
    this.transcript = transcript;
    const session = settings.session ?? null;
    this.session = session !== null && mayOffer(session, settings.trust) ? session : null;
  }

  /** Whether a ClientHello is under way and the server's Finished is not there yet. */
  get running(): boolean {
    return this.hello !== null && this.phase !== 'idle' && this.phase !== 'open';
  }

  /** Whether the server was authenticated, now or in the handshake whose session this is. */
  get verified(): boolean {
    return this.resumed ? this.session?.verified === true : this.settings.trust.verifyServer;
  }

  /** Makes the ClientHello, key share and all: that may be done while TCP connects. */
  prepare(): void {
    if (this.settings.identity.conduct?.silentAfter !== 'tcp')
      this.hello = this.settings.offer.first(this.session);
  }

  /** Sends the ClientHello. */
  start(): void {
    if (this.phase !== 'idle') return;
    if (this.hello === null) this.prepare();
    this.phase = 'server-hello';
    if (this.hello === null) return;
    this.transcript.appendOwn(this.hello.message);
    this.writer.sendHello(this.hello.message, false, false);
    if (this.settings.identity.conduct?.intrusion?.where === 'behind-client-hello')
      this.writer.sendHello(this.hello.message, true, false);
  }

  /**
   * One whole message, at `start` to `end` of the transcript.
   * @throws Violation
   */
  take(start: number, end: number): void {
    const { transcript } = this;
    const message = transcript.view(start, end);
    const type = message[0] as number;
    const body = message.subarray(4);
    if (this.phase === 'server-hello' && type === handshakeType.serverHello) {
      transcript.read = end;
      this.serverHello(body);
    } else if (this.phase === 'encrypted-extensions' && type === handshakeType.encryptedExtensions) {
      transcript.read = end;
      this.protocol = readEncryptedExtensions(
        body,
        (this.hello as Hello).extensions,
        this.settings.offer.alpn,
      );
      this.phase = this.resumed ? 'finished' : 'certificate-request';
    } else if (this.phase === 'certificate-request' && type === handshakeType.certificateRequest) {
      transcript.read = end;
      this.request = readCertificateRequest(body);
      this.phase = 'certificate';
    } else if (
      (this.phase === 'certificate-request' || this.phase === 'certificate') &&
      type === handshakeType.certificate
    ) {
      transcript.read = end;
      this.serverKey = this.settings.trust.serverKey(body);
      this.phase = 'certificate-verify';
    } else if (this.phase === 'certificate-verify' && type === handshakeType.certificateVerify) {
      transcript.read = end;
      this.certificateVerify(body, start);
    } else if (this.phase === 'finished' && type === handshakeType.finished) {
      transcript.read = end;
      this.serverFinished(body, start, end);
    } else {
      throw new Violation('unexpected_message', `${handshakeName(type)} while waiting for ${this.phase}`);
    }
  }

  /** The connection has ended: keys, and whatever else no figure is read from, are let go. */
  release(): void {
    this.reading = null;
    this.flightReading = null;
    this.clientSecret = null;
    this.serverSecret = null;
    this.schedule = null;
    this.hello = null;
    this.request = null;
    this.serverKey = null;
    this.session = null;
  }

  /** Before a change of keys no part of a message may lie about (section 5.1). */
  expectNoFragment(): void {
    if (this.transcript.read !== this.transcript.length)
      throw new Violation('unexpected_message', 'handshake bytes across a change of keys');
  }

  private serverHello(body: Uint8Array): void {
    const arrived = performance.now();
    const sent = this.hello;
    if (sent === null) throw new Violation('unexpected_message', 'a ServerHello before any ClientHello');
    this.expectNoFragment();
    const hello = readServerHello(body, sent.sessionId, sent.extensions);
    const suite = this.settings.offer.suites.find((each) => each.code === hello.cipherSuite);
    if (suite === undefined || (this.suite !== null && suite !== this.suite))
      throw new Violation(
        'illegal_parameter',
        `ServerHello: cipher suite 0x${hello.cipherSuite.toString(16)}`,
      );
    this.suite = suite;
    if (hello.retry) {
      this.helloRetry(hello, suite, sent);
      return;
    }
    this.serverHelloAt = arrived;
    if (hello.group === null || hello.share === null)
      throw new Violation('missing_extension', 'ServerHello: no key_share');
    const share = sent.shares.find((each) => each.group.code === hello.group);
    if (share === undefined)
      throw new Violation(
        'illegal_parameter',
        `ServerHello: group 0x${hello.group.toString(16)} has no share`,
      );
    this.group = share.group;
    this.schedule = new KeySchedule(suite.hash, this.chosenPsk(hello, suite));
    const hash = this.transcript.digest(suite.hash, this.transcript.read);
    const secrets = this.schedule.handshake(share.agree(hello.share), hash);
    this.clientSecret = secrets.client;
    this.serverSecret = secrets.server;
    this.reading = new RecordProtection(suite, trafficKeys(suite, secrets.server));
    this.writer.protection = new RecordProtection(suite, trafficKeys(suite, secrets.client));
    this.phase = 'encrypted-extensions';
  }

  private chosenPsk(hello: ServerHello, suite: CipherSuite): Uint8Array | null {
    if (hello.pskIdentity === null) return null;
    const { session } = this;
    if (session === null || hello.pskIdentity !== 0 || session.suite.hash !== suite.hash)
      throw new Violation(
        'illegal_parameter',
        'ServerHello: a PSK that was not offered with this cipher suite',
      );
    this.resumed = true;
    return session.psk;
  }

  private helloRetry(hello: ServerHello, suite: CipherSuite, first: Hello): void {
    if (this.retried) throw new Violation('unexpected_message', 'a second HelloRetryRequest');
    const { offer, identity } = this.settings;
    const group = hello.group === null ? null : offer.groups.find((each) => each.code === hello.group);
    if (group === undefined)
      throw new Violation('illegal_parameter', 'HelloRetryRequest: a group that was not offered');
    if (group !== null && first.shares.some((share) => share.group === group))
      throw new Violation('illegal_parameter', 'HelloRetryRequest: a group whose share it already had');
    if (group === null && hello.cookie === null)
      throw new Violation('illegal_parameter', 'HelloRetryRequest: nothing to change');
    this.retried = true;
    if (this.session !== null && this.session.suite.hash !== suite.hash) this.session = null;
    // The cookie is a view over the transcript, which is rewritten now.
    const cookie = hello.cookie === null ? null : Uint8Array.from(hello.cookie);
    const { transcript } = this;
    transcript.replaceFirstHello(suite.hash, first.message.length);
    if (identity.conduct?.silentAfter === 'client-hello') return;
    const before = transcript.view(0, transcript.length);
    const second = offer.retry(first, { group, cookie, session: this.session, transcript: before });
    this.hello = second;
    transcript.appendOwn(second.message);
    this.writer.sendHello(second.message, true, second.sessionId.length > 0);
  }

  private certificateVerify(body: Uint8Array, start: number): void {
    const { scheme, signature } = readCertificateVerify(body);
    const { hash } = this.suite as CipherSuite;
    const { schemes } = this.settings.offer;
    checkServerSignature(
      schemes,
      scheme,
      this.serverKey,
      () => this.transcript.digest(hash, start),
      signature,
    );
    this.phase = 'finished';
  }

  private serverFinished(body: Uint8Array, start: number, end: number): void {
    const suite = this.suite as CipherSuite;
    const { transcript } = this;
    const { hash } = suite;
    if (body.length !== hash.length)
      throw new Violation('decode_error', `a Finished of ${body.length} bytes`);
    const expected = verifyData(hash, this.serverSecret as HmacKey, transcript.digest(hash, start));
    if (Buffer.compare(expected, body) !== 0)
      throw new Violation('decrypt_error', 'Finished: the verify_data is wrong');
    this.serverFinishedAt = performance.now();
    this.expectNoFragment();
    const secrets = (this.schedule as KeySchedule).application(transcript.digest(hash, end));
    this.flightReading = this.reading;
    this.reading = new RecordProtection(suite, trafficKeys(suite, secrets.server));
    this.serverSecret = secrets.server;
    this.sendFlight(suite, secrets.client);
  }

  /** Certificate, CertificateVerify and Finished in one record, the application data behind it, all in one write. */
  private sendFlight(suite: CipherSuite, applicationSecret: HmacKey): void {
    const { transcript, writer } = this;
    const { identity, applicationData } = this.settings;
    const data = (identity.conduct?.silentAfter ?? null) === null ? applicationData : null;
    const start = transcript.length;
    this.presented = appendFlight(
      transcript,
      suite.hash,
      this.clientSecret as HmacKey,
      identity,
      this.request,
    );
    const flight = transcript.view(start, transcript.length);
    const relic = !this.retried && (this.hello as Hello).sessionId.length > 0;
    const next = new RecordProtection(suite, trafficKeys(suite, applicationSecret));
    const intrusion = identity.conduct?.intrusion ?? null;
    const sealed =
      intrusion === null
        ? writer.sealFlight(flight, relic, next, data)
        : sealFlightWith(intrusion, writer, { flight, relic, next, data, hello: this.hello as Hello });
    this.clientSecret = applicationSecret;
    this.phase = 'open';
    // Held connections are many: what only the handshake needed is let go.
    this.request = null;
    this.hello = null;
    this.flightWrittenAt = performance.now();
    writer.send(sealed);
  }
}

/** A ticket is good for its lifetime, and not for a stricter client than the one that got it. */
function mayOffer(session: Session, trust: Trust): boolean {
  const fresh = Date.now() - session.receivedAt < session.lifetimeSeconds * 1000;
  return fresh && (session.verified || !trust.verifyServer);
}
