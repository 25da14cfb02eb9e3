import { Violation } from '../alerts.ts';
import { readExtensions } from './extensions.ts';
import { handshakeType } from './handshake-type.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const none: ReadonlySet<number> = new Set();

/** The server's Certificate (RFC 8446, section 4.4.2): DER, leaf first, views over the message. @throws Violation */
export function readCertificate(body: Uint8Array): Uint8Array[] {
  const reader = new Reader(body, 'Certificate');
  if (reader.vector8().length > 0)
    throw new Violation('illegal_parameter', "Certificate: a context in the server's");
  const entries = new Reader(reader.vector24(), 'Certificate');
  reader.finish();
  const chain: Uint8Array[] = [];
  while (entries.left > 0) {
    chain.push(entries.vector24(1));
    readExtensions(entries.vector16(), 'Certificate', { allowed: none, offered: none });
  }
  if (chain.length === 0) throw new Violation('decode_error', 'Certificate: the server sent none');
  return chain;
}

/** The client's Certificate, header and all; the context of a handshake is empty. Entries may be any bytes at all. */
export function encodeCertificate(chain: readonly Uint8Array[]): Uint8Array {
  return new Writer()
    .u8(handshakeType.certificate)
    .vector(3, (message) =>
      message.u8(0).vector(3, (list) => {
        for (const der of chain) list.vector(3, (entry) => entry.raw(der)).u16(0);
      }),
    )
    .finish();
}
