import type { MqttVersion } from '../mqtt-version.ts';

/** MQTT 3.1.1, 2.2.1: the control packet types that a client may be sent after its CONNACK. */
export const packetType = { publish: 3, puback: 4, suback: 9, pingresp: 13, disconnect: 14 } as const;

/** Remaining Length is at most four bytes (2.2.3). */
const longestLength = 4;

/**
 * Cuts what came into control packets: `take` is given each one's first byte and its body, views that are good during the call only.
 * Returns how many bytes were used up: the rest is an incomplete packet. -1 when the bytes are no packets.
 */
export function cutPackets(bytes: Uint8Array, take: (firstByte: number, body: Uint8Array) => void): number {
  let at = 0;
  while (bytes.length - at >= 2) {
    let length = 0;
    let end = at + 1;
    let more = true;
    for (let digit = 0; more; digit++) {
      if (digit === longestLength) return -1;
      const byte = bytes[end++];
      if (byte === undefined) return at;
      length += (byte & 0x7f) << (7 * digit);
      more = byte >= 0x80;
    }
    if (bytes.length - end < length) return at;
    take(bytes[at] ?? 0, bytes.subarray(end, end + length));
    at = end + length;
  }
  return at;
}

/** PUBLISH (3.3); with QoS 1 it carries `packetId`, with QoS 0 none. In MQTT 5 without properties, whose length stands before the payload. */
export function publishBytes(
  topic: Buffer,
  payload: Buffer,
  qos: 0 | 1,
  packetId: number,
  mqttVersion: MqttVersion = '3.1.1',
): Buffer {
  const remaining = 2 + topic.length + (qos === 0 ? 0 : 2) + (mqttVersion === 5 ? 1 : 0) + payload.length;
  const head = 1 + lengthBytes(remaining);
  const packet = Buffer.allocUnsafe(head + remaining);
  packet[0] = 0x30 | (qos << 1);
  writeLength(packet, 1, remaining);
  packet.writeUInt16BE(topic.length, head);
  packet.set(topic, head + 2);
  let at = head + 2 + topic.length;
  if (qos === 1) at = packet.writeUInt16BE(packetId, at);
  if (mqttVersion === 5) packet[at++] = 0;
  packet.set(payload, at);
  return packet;
}

/** SUBSCRIBE with QoS 1 at most (3.8). */
export function subscribeBytes(
  filters: readonly string[],
  packetId: number,
  mqttVersion: MqttVersion = '3.1.1',
): Buffer {
  const texts = filters.map((filter) => Buffer.from(filter, 'utf8'));
  const remaining = texts.reduce((sum, text) => sum + 3 + text.length, mqttVersion === 5 ? 3 : 2);
  const head = 1 + lengthBytes(remaining);
  const packet = Buffer.allocUnsafe(head + remaining);
  packet[0] = 0x82;
  writeLength(packet, 1, remaining);
  let at = packet.writeUInt16BE(packetId, head);
  if (mqttVersion === 5) packet[at++] = 0;
  for (const text of texts) {
    at = packet.writeUInt16BE(text.length, at);
    packet.set(text, at);
    packet[at + text.length] = 1;
    at += text.length + 1;
  }
  return packet;
}

export const pingreqBytes: Buffer = Buffer.from([0xc0, 0]);

/** The answer to a PUBLISH with QoS 1 (3.4); undefined for one with QoS 0. */
export function pubackFor(firstByte: number, body: Uint8Array): Buffer | undefined {
  if ((firstByte & 0x06) !== 0x02) return undefined;
  const idAt = 2 + ((body[0] ?? 0) << 8) + (body[1] ?? 0);
  return Buffer.from([0x40, 2, body[idAt] ?? 0, body[idAt + 1] ?? 0]);
}

/** How an acknowledgement or a DISCONNECT answers: its reason code (MQTT 5, 3.4.2.1, 3.14.2.1), 0 where it has none, as in MQTT 3.1.1. */
export function reasonOf(type: number, body: Uint8Array): number {
  return body[type === packetType.disconnect ? 0 : 2] ?? 0;
}

/** The first return code of a SUBACK (3.9.3), which in MQTT 5 stands behind properties; undefined where there is none. */
export function subackCode(body: Uint8Array, mqttVersion: MqttVersion): number | undefined {
  if (mqttVersion !== 5) return body[2];
  let properties = 0;
  let at = 2;
  for (let digit = 0, more = true; more && digit < longestLength; digit++) {
    const byte = body[at++] ?? 0;
    properties += (byte & 0x7f) << (7 * digit);
    more = byte >= 0x80;
  }
  return body[at + properties];
}

function lengthBytes(remaining: number): number {
  return remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
}

function writeLength(packet: Buffer, at: number, remaining: number): void {
  let rest = remaining;
  for (let to = at; ; to++) {
    packet[to] = rest >= 128 ? (rest & 0x7f) | 0x80 : rest;
    if (rest < 128) return;
    rest >>>= 7;
  }
}
