import type { RecordProtection } from './crypto/record-protection.ts';
import type { Intrusion } from './lies/lie.ts';
import type { Hello } from './messages/client-hello.ts';
import { encodeKeyUpdate } from './messages/key-update.ts';
import { changeCipherSpec, type RecordWriter } from './record-writer.ts';
import { contentType } from './records.ts';

export type FlightToSeal = {
  flight: Uint8Array;
  relic: boolean;
  /** Protection of the application data. */
  next: RecordProtection;
  data: Uint8Array | null;
  hello: Hello;
};

/** The client's flight as `RecordWriter.sealFlight` makes it, with a record in it that has no place there; not yet sent. */
export function sealFlightWith(
  { where, what }: Intrusion,
  writer: RecordWriter,
  { flight, relic, next, data, hello }: FlightToSeal,
): Uint8Array {
  const intruder = (): Uint8Array => {
    if (what === 'change-cipher-spec') return changeCipherSpec;
    if (what === 'application-data')
      return writer.sealed(contentType.applicationData, data ?? new Uint8Array(1));
    const message = what === 'key-update' ? encodeKeyUpdate(false) : hello.message;
    return writer.sealed(contentType.handshake, message);
  };
  const parts: Uint8Array[] = [];
  if (where === 'before-flight') parts.push(intruder());
  parts.push(writer.sealFlight(flight, relic, next, null));
  if (where === 'behind-finished') parts.push(intruder());
  if (data !== null && what !== 'application-data')
    parts.push(writer.sealed(contentType.applicationData, data));
  return Buffer.concat(parts);
}
