import { Violation } from '../alerts.ts';
import { handshakeType } from './handshake-type.ts';
import { Reader } from './reader.ts';

/** KeyUpdate (RFC 8446, section 4.6.3): whether the peer wants the other direction updated too. @throws Violation */
export function readKeyUpdate(body: Uint8Array): boolean {
  const reader = new Reader(body, 'KeyUpdate');
  const requested = reader.u8();
  reader.finish();
  if (requested > 1) throw new Violation('illegal_parameter', `KeyUpdate: request_update is ${requested}`);
  return requested === 1;
}

export function encodeKeyUpdate(requestUpdate: boolean): Uint8Array {
  return Uint8Array.of(handshakeType.keyUpdate, 0, 0, 1, requestUpdate ? 1 : 0);
}
