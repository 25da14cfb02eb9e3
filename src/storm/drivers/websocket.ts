import { createHash, randomBytes, randomFillSync } from 'node:crypto';

/** Where brokers take MQTT over WebSocket, by custom. */
export const mqttPath = '/mqtt';

/**
 * The client's side of WebSocket (RFC 6455) as MQTT needs it: one upgrade, binary frames either way (MQTT 3.1.1, 6). No extensions, so
 * that what is measured is the broker and not a compressor.
 */
export class WebSocketFraming {
  /** The HTTP request that goes first. */
  readonly opening: Buffer;
  readonly #accept: string;
  #upgraded = false;
  #pending: Buffer | undefined;

  constructor(host: string, port: number, path: string) {
    const key = randomBytes(16).toString('base64');
    this.#accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    this.opening = Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
    );
  }

  get upgraded(): boolean {
    return this.#upgraded;
  }

  /**
   * Takes what came, in whatever pieces. Returns `undefined` while all is well, or why this is no WebSocket (any more): `status` where
   * the server answered the upgrade with another status than 101.
   */
  take(bytes: Uint8Array, events: FramingEvents): FramingEnd | undefined {
    let rest = this.#pending === undefined ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    this.#pending = undefined;
    if (!this.#upgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) {
        if (rest.length > longestHead)
          return { kind: 'broken', reason: 'the answer to the upgrade is too long' };
        this.#pending = rest;
        return undefined;
      }
      const refusal = this.#readHead(rest.subarray(0, end).toString('latin1'));
      if (refusal !== undefined) return refusal;
      this.#upgraded = true;
      rest = rest.subarray(end + 4);
      events.upgraded();
    }
    const used = cutFrames(rest, events);
    if (typeof used !== 'number') return used;
    if (used < rest.length) this.#pending = rest.subarray(used);
    return undefined;
  }

  #readHead(head: string): FramingEnd | undefined {
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
    if (status === undefined) return { kind: 'broken', reason: 'the answer to the upgrade is no HTTP' };
    if (status !== '101') return { kind: 'status', status: Number(status) };
    const accept = /^sec-websocket-accept:\s*(\S+)\s*$/im.exec(head)?.[1];
    if (accept === this.#accept) return undefined;
    return { kind: 'broken', reason: 'the answer to the upgrade is for another one' };
  }
}

export type FramingEvents = {
  /** The connection is a WebSocket from now on. */
  upgraded(): void;
  /** Payload of data frames, in order; a view that is good during the call only. */
  data(payload: Uint8Array): void;
  /** A frame that has to be sent back. */
  reply(frame: Buffer): void;
};

export type FramingEnd =
  | { kind: 'status'; status: number }
  | { kind: 'broken'; reason: string }
  /** The server's close frame. */
  | { kind: 'closed' };

const longestHead = 16 * 1024;
/** A broker that sends more in one frame is not one that a storm subscribed to. */
const longestFrame = 8 * 2 ** 20;

const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Client frames are masked (5.3); the key need not be a secret here, it must be fresh. */
export function frame(payload: Uint8Array, kind: number = opcode.binary): Buffer {
  const length = payload.length;
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const out = Buffer.allocUnsafe(head + length);
  out[0] = 0x80 | kind;
  if (length < 126) out[1] = 0x80 | length;
  else if (length < 65_536) {
    out[1] = 0x80 | 126;
    out.writeUInt16BE(length, 2);
  } else {
    out[1] = 0x80 | 127;
    out.writeBigUInt64BE(BigInt(length), 2);
  }
  randomFillSync(out, head - 4, 4);
  for (let at = 0; at < length; at++) out[head + at] = (payload[at] ?? 0) ^ (out[head - 4 + (at & 3)] ?? 0);
  return out;
}

/** A close frame with status 1000, normal closure (7.4.1). */
export function closeFrame(): Buffer {
  return frame(Uint8Array.of(0x03, 0xe8), opcode.close);
}

/** How many bytes whole frames took, or why it is over. */
function cutFrames(bytes: Buffer, events: FramingEvents): number | FramingEnd {
  let at = 0;
  while (bytes.length - at >= 2) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if (second >= 0x80) return { kind: 'broken', reason: 'the server masks its frames' };
    if ((first & 0x70) !== 0)
      return { kind: 'broken', reason: 'a frame uses an extension that was not asked for' };
    let head = 2;
    let length = second;
    if (second === 126) {
      head = 4;
      if (bytes.length - at < head) return at;
      length = bytes.readUInt16BE(at + 2);
    } else if (second === 127) {
      head = 10;
      if (bytes.length - at < head) return at;
      length = Number(bytes.readBigUInt64BE(at + 2));
    }
    if (length > longestFrame) return { kind: 'broken', reason: `a frame of ${length} bytes` };
    if (bytes.length - at < head + length) return at;
    const payload = bytes.subarray(at + head, at + head + length);
    at += head + length;
    const kind = first & 0x0f;
    if (kind === opcode.close) return { kind: 'closed' };
    if (kind === opcode.ping) events.reply(frame(payload, opcode.pong));
    else if (kind !== opcode.pong) events.data(payload);
  }
  return at;
}
