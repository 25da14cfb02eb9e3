import { type AlertName, alertName, alertNumbers, Violation } from './alerts.ts';
import type { CipherSuite } from './crypto/cipher-suites.ts';
import type { HmacKey } from './crypto/hmac.ts';
import { RecordProtection } from './crypto/record-protection.ts';
import type { Ending } from './ending.ts';
import { Handshake, type HandshakePhase, type HandshakeSettings } from './handshake.ts';
import { type KeySchedule, trafficKeys, updatedSecret } from './key-schedule.ts';
import { handshakeName, handshakeType } from './messages/handshake-type.ts';
import { encodeKeyUpdate, readKeyUpdate } from './messages/key-update.ts';
import { readNewSessionTicket } from './messages/new-session-ticket.ts';
import { RecordWriter } from './record-writer.ts';
import { contentEnd, contentType, headerLength, RecordReader } from './records.ts';
import { type Session, sessionOf } from './session.ts';
import { Transcript } from './transcript.ts';
import { WireError } from './wire-error.ts';

export type ClientSettings = HandshakeSettings & {
  /** Content bytes of a record at most, 1 to 16384 (the default): small ones fragment the handshake. */
  recordSize?: number;
};

/** Where the client's bytes and news go. Called synchronously; `ended` once, last. */
export type ClientOutput = {
  transmit(bytes: Uint8Array): void;
  onApplicationData(bytes: Uint8Array): void;
  /** A ticket came. Leave it out where none is wanted: the transcript is then freed at once. */
  onSession?: ((session: Session) => void) | undefined;
  ended(ending: Ending): void;
};

export type Phase = HandshakePhase | 'ended';

/** Records or messages in a row that carry nothing: a peer that sends more only wants to keep us busy. */
const idleLimit = 32;
/** AES-GCM's limit is 2^24.5 records under one key (RFC 8446, section 5.5). */
const recordsPerKey = 2 ** 24;

/**
 * The TLS 1.3 client as a state machine that is fed with bytes, apart from any socket. Times are performance.now() milliseconds, 0
 * until then. No 0-RTT, no post-handshake authentication, no TLS 1.2.
 */
export class TlsClient {
  /** What was negotiated, and when its messages came and went. */
  readonly handshake: Handshake;
  /** First application data, alert or close: what the server says to the client's flight. */
  verdictAt = 0;
  bytesReceived = 0;
  /** Tickets that came, wanted or not. */
  tickets = 0;

  private ended = false;
  private readonly output: ClientOutput;
  private readonly writer: RecordWriter;
  private readonly reader = new RecordReader();
  private readonly transcript = new Transcript();
  private resumptionSecret: HmacKey | null = null;
  private idle = 0;

  constructor(settings: ClientSettings, output: ClientOutput) {
    this.output = output;
    this.writer = new RecordWriter(settings.recordSize, output.transmit);
    this.handshake = new Handshake(settings, this.writer, this.transcript);
  }

  get phase(): Phase {
    return this.ended ? 'ended' : this.handshake.phase;
  }

  get bytesSent(): number {
    return this.writer.bytesSent;
  }

  /** Makes the ClientHello beforehand, e.g. while TCP connects. */
  prepare(): void {
    this.handshake.prepare();
  }

  /** Sends the ClientHello. */
  start(): void {
    if (!this.ended) this.handshake.start();
  }

  /** What came from the server. Ends the connection where it breaks the protocol. */
  receive(chunk: Uint8Array): void {
    if (this.ended) return;
    this.bytesReceived += chunk.length;
    try {
      this.reader.push(chunk, this.takeRecord);
    } catch (failure) {
      if (failure instanceof Violation) this.refuse(failure.alert, failure.message);
      else this.fail(failure);
    }
  }

  /** The server closed TCP. */
  transportClosed(): void {
    this.end({ kind: 'closed' });
  }

  /** TCP broke, or was never there. */
  transportFailed(ending: Ending): void {
    this.end(ending);
  }

  /** @throws WireError NOT_OPEN before the handshake is complete; nothing happens once the connection has ended */
  write(bytes: Uint8Array): void {
    if (this.ended) return;
    if (this.phase !== 'open')
      throw new WireError('NOT_OPEN', 'application data goes out after the handshake only');
    if ((this.writer.protection?.sequence ?? 0) >= recordsPerKey) this.updateKeys(false);
    this.writer.sendSealed(contentType.applicationData, bytes);
  }

  /** KeyUpdate of our direction; `requestUpdate` asks for the server's too (section 4.6.3). */
  updateKeys(requestUpdate: boolean): void {
    if (this.phase !== 'open') return;
    const { handshake } = this;
    const suite = handshake.suite as CipherSuite;
    this.writer.sendSealed(contentType.handshake, encodeKeyUpdate(requestUpdate));
    handshake.clientSecret = updatedSecret(suite.hash, handshake.clientSecret as HmacKey);
    this.writer.protection = new RecordProtection(suite, trafficKeys(suite, handshake.clientSecret));
  }

  /** close_notify, and an end. `last` goes before it in the same write, e.g. an MQTT DISCONNECT; it is dropped before the handshake is complete. */
  close(last?: Uint8Array): void {
    if (this.phase === 'open') {
      if (last === undefined) this.writer.sendAlert('close_notify');
      else this.writer.sendLast(last);
    }
    this.end({ kind: 'local-close' });
  }

  /** An end without a word. */
  abandon(): void {
    this.end({ kind: 'local-close' });
  }

  private readonly takeRecord = (record: Uint8Array): boolean => {
    const type = record[0] as number;
    const { reading } = this.handshake;
    if (type === contentType.changeCipherSpec) this.changeCipherSpec(record);
    else if (reading === null) this.content(type, record.subarray(headerLength), false);
    else if (type !== contentType.applicationData)
      throw new Violation('unexpected_message', `a record of content type ${type} in the clear`);
    else {
      const inner = reading.open(record) ?? this.alertUnderOldKeys(record);
      if (inner === null) throw new Violation('bad_record_mac', 'a record that does not authenticate');
      this.handshake.flightReading = null;
      const end = contentEnd(inner);
      this.content(inner[end] as number, inner.subarray(0, end), true);
    }
    return !this.ended;
  };

  /**
   * After its Finished a server writes under its application traffic key (RFC 8446, section 4.4.4). Erlang's goes on under that of the handshake
   * with alerts about some of what the client's flight may lack: who they are from is as sure, and what they say is the verdict.
   */
  private alertUnderOldKeys(record: Uint8Array): Uint8Array | null {
    const inner = this.handshake.flightReading?.open(record) ?? null;
    return inner !== null && inner[contentEnd(inner)] === contentType.alert ? inner : null;
  }

  /** A relic for middleboxes: dropped, but only where one may be (section 5). */
  private changeCipherSpec(record: Uint8Array): void {
    if (record.length !== headerLength + 1 || record[headerLength] !== 1)
      throw new Violation('unexpected_message', 'a change_cipher_spec of another form');
    if (!this.handshake.running)
      throw new Violation('unexpected_message', 'a change_cipher_spec out of place');
    this.idled();
  }

  private idled(): void {
    if (++this.idle > idleLimit)
      throw new Violation('unexpected_message', 'too many records without content');
  }

  private content(type: number, content: Uint8Array, encrypted: boolean): void {
    if (type === contentType.handshake) {
      this.handshakeBytes(content);
      return;
    }
    if (this.transcript.read !== this.transcript.length)
      throw new Violation('unexpected_message', 'another record within a handshake message');
    if (type === contentType.alert) this.alert(content);
    else if (type === contentType.applicationData && encrypted) this.applicationData(content);
    else throw new Violation('unexpected_message', `a record of content type ${type}`);
  }

  private applicationData(content: Uint8Array): void {
    if (this.handshake.phase !== 'open')
      throw new Violation('unexpected_message', 'application data within the handshake');
    if (content.length === 0) {
      this.idled();
      return;
    }
    this.idle = 0;
    if (this.verdictAt === 0) this.verdictAt = performance.now();
    this.output.onApplicationData(content);
  }

  private alert(content: Uint8Array): void {
    if (content.length !== 2) throw new Violation('decode_error', `an alert of ${content.length} bytes`);
    const number = content[1] as number;
    if (number === alertNumbers.user_canceled) {
      // It announces a close_notify and says nothing by itself (section 6.1).
      this.idled();
      return;
    }
    if (number !== alertNumbers.close_notify) {
      this.end({ kind: 'alert-received', alert: alertName(number), number });
      return;
    }
    if (this.verdictAt === 0) this.verdictAt = performance.now();
    if (this.phase === 'open') this.writer.sendAlert('close_notify');
    this.end({ kind: 'close-notify' });
  }

  private handshakeBytes(fragment: Uint8Array): void {
    if (fragment.length === 0)
      throw new Violation('unexpected_message', 'a handshake record without content');
    const { transcript, handshake } = this;
    transcript.append(fragment);
    for (let end = transcript.nextEnd(); end > 0; end = transcript.nextEnd()) {
      const start = transcript.read;
      if (handshake.phase === 'open') this.messageAfterHandshake(start, end);
      else {
        handshake.take(start, end);
        if (this.phase === 'open') this.opened();
      }
      if (this.ended) return;
    }
  }

  private opened(): void {
    // A transport that failed in the middle of the flight has ended the connection already.
    if (this.ended) return;
    this.idle = 0;
    const tickets = this.output.onSession !== undefined;
    this.transcript.complete(tickets);
    // Held connections are many, and without tickets nothing derives from the handshake any more.
    if (!tickets) this.handshake.schedule = null;
  }

  private messageAfterHandshake(start: number, end: number): void {
    const message = this.transcript.view(start, end);
    const body = message.subarray(4);
    const type = message[0] as number;
    this.transcript.read = end;
    this.idled();
    if (type === handshakeType.newSessionTicket) this.newSessionTicket(body);
    else if (type === handshakeType.keyUpdate) this.keyUpdate(body);
    else throw new Violation('unexpected_message', `${handshakeName(type)} after the handshake`);
    if (!this.ended) this.transcript.dropRead();
  }

  private newSessionTicket(body: Uint8Array): void {
    const ticket = readNewSessionTicket(body);
    this.tickets++;
    const { onSession } = this.output;
    if (onSession === undefined || ticket.lifetimeSeconds === 0) return;
    const { handshake, transcript } = this;
    const suite = handshake.suite as CipherSuite;
    this.resumptionSecret ??= (handshake.schedule as KeySchedule).resumption(
      transcript.digest(suite.hash, transcript.handshakeEnd()),
    );
    onSession(sessionOf(suite, this.resumptionSecret, ticket, handshake.verified));
  }

  private keyUpdate(body: Uint8Array): void {
    const requested = readKeyUpdate(body);
    const { handshake } = this;
    handshake.expectNoFragment();
    const suite = handshake.suite as CipherSuite;
    handshake.serverSecret = updatedSecret(suite.hash, handshake.serverSecret as HmacKey);
    handshake.reading = new RecordProtection(suite, trafficKeys(suite, handshake.serverSecret));
    if (requested) this.updateKeys(false);
  }

  private refuse(alert: AlertName, reason: string): void {
    if (this.ended) return;
    this.writer.sendAlert(alert);
    this.end({ kind: 'alert-sent', alert, number: alertNumbers[alert], reason });
  }

  private fail(failure: unknown): void {
    const code = (failure as { code?: unknown } | null)?.code;
    const reason = failure instanceof Error ? failure.message : String(failure);
    this.end({ kind: 'local-error', code: typeof code === 'string' ? code : 'INTERNAL', reason });
  }

  private end(ending: Ending): void {
    if (this.ended) return;
    this.ended = true;
    if (this.verdictAt === 0 && ending.kind !== 'local-close') this.verdictAt = performance.now();
    this.transcript.recycle();
    this.output.ended(ending);
    this.resumptionSecret = null;
    this.writer.protection = null;
    this.handshake.release();
  }
}
