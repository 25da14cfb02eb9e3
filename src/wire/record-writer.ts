import { type AlertName, alertNumbers } from './alerts.ts';
import { type RecordProtection, sealedLength } from './crypto/record-protection.ts';
import { contentType, headerLength, maximumContent, writePlaintext } from './records.ts';

/** The relic that middleboxes wait for (RFC 8446, appendix D.4). */
export const changeCipherSpec = Uint8Array.of(20, 3, 3, 0, 1, 1);

/** What the client sends: content cut into records, in the clear or under the current key, each call one write. */
export class RecordWriter {
  /** Null while everything goes in the clear. */
  protection: RecordProtection | null = null;
  bytesSent = 0;
  private readonly recordSize: number;
  private readonly transmit: (bytes: Uint8Array) => void;

  /** @param recordSize content bytes of a record at most */
  constructor(recordSize: number | undefined, transmit: (bytes: Uint8Array) => void) {
    this.recordSize = Math.min(Math.max(recordSize ?? maximumContent, 1), maximumContent);
    this.transmit = transmit;
  }

  /** A ClientHello; the second one of a connection says 0x0303 in its header and has the relic before it. */
  sendHello(message: Uint8Array, second: boolean, compatible: boolean): void {
    const { recordSize } = this;
    const records = Math.ceil(message.length / recordSize);
    const relic = second && compatible ? changeCipherSpec.length : 0;
    const out = Buffer.allocUnsafe(relic + message.length + records * headerLength);
    if (relic > 0) out.set(changeCipherSpec);
    for (let from = 0, at = relic; from < message.length; from += recordSize)
      at = writePlaintext(
        out,
        at,
        contentType.handshake,
        second ? 0x0303 : 0x0301,
        message.subarray(from, from + recordSize),
      );
    this.send(out);
  }

  /**
   * The client's flight, with application data under the next key behind it, in one buffer that is not yet sent.
   * @param relic whether a change_cipher_spec goes before it
   */
  sealFlight(
    flight: Uint8Array,
    relic: boolean,
    next: RecordProtection,
    data: Uint8Array | null,
  ): Uint8Array {
    const head = relic && flight.length > 0 ? changeCipherSpec.length : 0;
    const out = Buffer.allocUnsafe(
      head + this.sealedSize(flight.length) + (data ? this.sealedSize(data.length) : 0),
    );
    if (head > 0) out.set(changeCipherSpec);
    const at = this.seal(out, head, contentType.handshake, flight);
    this.protection = next;
    if (data !== null) this.seal(out, at, contentType.applicationData, data);
    return out;
  }

  send(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.bytesSent += bytes.length;
    this.transmit(bytes);
  }

  /** Content under the current key. */
  sendSealed(type: number, content: Uint8Array): void {
    this.send(this.sealed(type, content));
  }

  /** The same, not yet sent. */
  sealed(type: number, content: Uint8Array): Uint8Array {
    const out = Buffer.allocUnsafe(this.sealedSize(content.length));
    this.seal(out, 0, type, content);
    return out;
  }

  /** The last application data and close_notify behind it, in one write. */
  sendLast(data: Uint8Array): void {
    const out = Buffer.allocUnsafe(this.sealedSize(data.length) + this.sealedSize(2));
    this.seal(
      out,
      this.seal(out, 0, contentType.applicationData, data),
      contentType.alert,
      encodeAlert('close_notify'),
    );
    this.send(out);
  }

  sendAlert(name: AlertName): void {
    const alert = encodeAlert(name);
    if (this.protection !== null) {
      this.sendSealed(contentType.alert, alert);
      return;
    }
    const out = Buffer.allocUnsafe(headerLength + alert.length);
    writePlaintext(out, 0, contentType.alert, 0x0303, alert);
    this.send(out);
  }

  private sealedSize(length: number): number {
    return length + Math.ceil(length / this.recordSize) * sealedLength(0);
  }

  private seal(out: Uint8Array, at: number, type: number, content: Uint8Array): number {
    const { recordSize, protection } = this;
    if (protection === null) throw new TypeError('nothing is sealed before there is a key');
    if (content.length > 0 && content.length <= recordSize) return protection.seal(out, at, type, content);
    let end = at;
    for (let from = 0; from < content.length; from += recordSize)
      end = protection.seal(out, end, type, content.subarray(from, from + recordSize));
    return end;
  }
}

/** Warning for close_notify, fatal for all else; receivers of TLS 1.3 go by the name alone (section 6). */
function encodeAlert(name: AlertName): Uint8Array {
  return Uint8Array.of(name === 'close_notify' ? 1 : 2, alertNumbers[name]);
}
