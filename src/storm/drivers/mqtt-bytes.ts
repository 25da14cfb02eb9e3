import { generate } from 'mqtt-packet';
import type { Outcome } from '../../metrics/recorder.ts';
import { accepted, connackRefused, localError } from '../outcomes.ts';

/** MQTT 3.1.1 (OASIS, 2014), clean session. */
export function connectBytes(
  clientId: string,
  userName: string,
  password: string | null,
  keepAliveS = 60,
): Buffer {
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: keepAliveS,
    clientId,
    ...(password === null ? {} : { username: userName, password: Buffer.from(password) }),
  });
}

export const disconnectBytes: Buffer = generate({ cmd: 'disconnect' });

export const connackLength = 4;

/**
 * The outcome that a CONNACK means: four bytes, 0x20 0x02, acknowledge flags, return code (3.2). `bytes` is what has come so far;
 * undefined while that is too little. Anything but a CONNACK as the first packet breaks the protocol (3.2, MQTT-3.2.0-1).
 */
export function readConnack(bytes: Uint8Array): Outcome | undefined {
  if (bytes[0] !== 0x20 || (bytes.length > 1 && bytes[1] !== 2)) return localError('answer is no CONNACK');
  if (bytes.length < connackLength) return undefined;
  const code = bytes[3] ?? 0;
  return code === 0 ? accepted : connackRefused(code);
}
