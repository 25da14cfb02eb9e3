import { Violation } from '../alerts.ts';
import { extensionType, readExtensions } from './extensions.ts';
import { Reader } from './reader.ts';

/** NewSessionTicket (RFC 8446, section 4.6.1); views over the message. */
export type NewSessionTicket = {
  lifetimeSeconds: number;
  ageAdd: number;
  nonce: Uint8Array;
  ticket: Uint8Array;
  maxEarlyDataBytes: number | null;
};

/** @throws Violation */
export function readNewSessionTicket(body: Uint8Array): NewSessionTicket {
  const reader = new Reader(body, 'NewSessionTicket');
  const lifetimeSeconds = reader.u32();
  const ageAdd = reader.u32();
  const nonce = reader.vector8();
  const ticket = reader.vector16(1);
  const list = reader.vector16();
  reader.finish();
  const earlyData = readExtensions(list, 'NewSessionTicket').get(extensionType.earlyData);
  let maxEarlyDataBytes: number | null = null;
  if (earlyData) {
    const size = new Reader(earlyData, 'early_data');
    maxEarlyDataBytes = size.u32();
    size.finish();
  }
  // Seven days at most (section 4.6.1).
  if (lifetimeSeconds > 604_800)
    throw new Violation('illegal_parameter', `NewSessionTicket: a lifetime of ${lifetimeSeconds} seconds`);
  return { lifetimeSeconds, ageAdd, nonce, ticket, maxEarlyDataBytes };
}
