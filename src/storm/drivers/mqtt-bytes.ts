import { generate } from 'mqtt-packet';
import type { Outcome } from '../../metrics/recorder.ts';
import { type MqttVersion, protocolLevel } from '../mqtt-version.ts';
import { accepted, connackRefused, localError } from '../outcomes.ts';

/** What CONNECT says beside who it is. */
export type ConnectSettings = {
  /** Null, and left out, for neither user name nor password. */
  password?: string | null;
  /** Default 60 s. */
  keepAliveS?: number;
  /** Default 3.1.1. */
  mqttVersion?: MqttVersion | undefined;
};

/** CONNECT with a clean session, or in MQTT 5 a clean start of one that ends with its connection; without properties. */
export function connectBytes(clientId: string, userName: string, settings: ConnectSettings = {}): Buffer {
  const { password = null, keepAliveS = 60, mqttVersion = '3.1.1' } = settings;
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: protocolLevel(mqttVersion),
    clean: true,
    keepalive: keepAliveS,
    clientId,
    ...(password === null ? {} : { username: userName, password: Buffer.from(password) }),
  });
}

/** The same in both versions: without a reason code it is a normal disconnection (MQTT 5, 3.14.2.1). */
export const disconnectBytes: Buffer = generate({ cmd: 'disconnect' });

/** Remaining Length is at most four bytes (2.2.3, in MQTT 5 1.5.5). */
const longestLength = 4;

/**
 * The outcome that a CONNACK means, and where it ends: 0x20, Remaining Length, acknowledge flags, code (3.2), and in MQTT 5 properties that
 * are passed over. `bytes` is what has come so far; undefined while that is too little. Anything but a CONNACK as the first packet breaks the
 * protocol (3.2, MQTT-3.2.0-1). A broker that speaks 3.1.1 alone answers a CONNECT of MQTT 5 in its own tongue, without properties.
 */
export function readConnack(
  bytes: Uint8Array,
  mqttVersion: MqttVersion = '3.1.1',
): { outcome: Outcome; end: number } | undefined {
  const broken = { outcome: noConnack, end: bytes.length };
  if (bytes[0] !== 0x20) return broken;
  let length = 0;
  let at = 1;
  for (let more = true; more; at++) {
    const byte = bytes[at];
    if (at > longestLength) return broken;
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) << (7 * (at - 1));
    more = byte >= 0x80;
  }
  if (mqttVersion === 5 ? length < 2 : length !== 2) return broken;
  if (bytes.length < at + length) return undefined;
  const code = bytes[at + 1] ?? 0;
  return { outcome: code === 0 ? accepted : connackRefused(code), end: at + length };
}

/** The first packet of a connection, in whatever pieces it comes. */
export class ConnackReader {
  /** Whether a part of it has come before the rest. */
  inPieces = false;
  #partial: Buffer | undefined;

  /** What it means, and the bytes behind it where there are any; undefined while more must come. */
  take(
    bytes: Uint8Array,
    mqttVersion: MqttVersion,
  ): { outcome: Outcome; rest: Uint8Array | undefined } | undefined {
    const sofar: Uint8Array = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const connack = readConnack(sofar, mqttVersion);
    if (connack === undefined) {
      // The read buffer is everybody's: what must wait for more is copied.
      this.#partial = Buffer.from(sofar);
      this.inPieces = true;
      return undefined;
    }
    this.#partial = undefined;
    const { outcome, end } = connack;
    return { outcome, rest: sofar.length > end ? sofar.subarray(end) : undefined };
  }
}

export const noConnack: Outcome = localError('answer is no CONNACK');
