import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  bitString,
  context,
  integer,
  octetString,
  oid,
  sequence,
  time,
  tlv,
  unsignedInteger,
} from '../../pki/der.ts';
import { schemeFor, schemeOf } from '../../pki/ocsp/signature-schemes.ts';
import { type CrlDocument, crlNumberOf, isCrlNumber, readCrl } from './crl-document.ts';

/** What is to be other than in the CRL that is there. */
export type CrlChange = {
  thisUpdate: Date;
  nextUpdate: Date | null;
  /** Entries to be added, each by its serial number (unsigned, big-endian), with one time and reason for all. */
  revoked?: { serials: readonly Uint8Array[]; at: Date; reason?: number };
};

/** Whether a CRL was signed by this private key. */
export function isSignedBy({ tbs, signature, signatureAlgorithm }: CrlDocument, key: KeyObject): boolean {
  return schemeOf(signatureAlgorithm)?.verify(tbs, createPublicKey(key), signature) ?? false;
}

/** The CRL with a change, its number one higher (RFC 5280 5.2.3), signed anew by its issuer's key. */
export function signCrl(crl: CrlDocument, change: CrlChange, key: KeyObject): CrlDocument {
  const scheme = schemeFor(key);
  if (scheme === undefined) throw new TypeError('a key that verifies has a scheme');
  const { revoked, thisUpdate, nextUpdate } = change;
  const added = revoked === undefined ? [] : entriesOf(revoked);
  const entries = Buffer.concat([crl.entries, ...added]);
  const number = crlNumberOf(crl);
  const numbered =
    number === null ? [] : [sequence(oid('2.5.29.20'), octetString(unsignedInteger(bigOctets(number + 1n))))];
  const kept = crl.extensions.filter((each) => !isCrlNumber(each)).map(({ der }) => der);
  const tbs = sequence(
    integer(1),
    scheme.identifier,
    crl.issuer,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    // MUST be absent when there are none (RFC 5280 5.1.2.6).
    ...(entries.length === 0 ? [] : [tlv(0x30, entries)]),
    ...(kept.length + numbered.length === 0 ? [] : [context(0, sequence(...kept, ...numbered))]),
  );
  const der = sequence(tbs, scheme.identifier, bitString(scheme.sign(tbs, key)));
  return readCrl(Buffer.from(der), 'what was signed');
}

/** The CRL as it is, with another signature. */
export const withSignature = (crl: CrlDocument, signature: Uint8Array): Uint8Array =>
  sequence(crl.tbs, crl.signatureAlgorithm, bitString(signature));

function entriesOf({ serials, at, reason }: NonNullable<CrlChange['revoked']>): Uint8Array[] {
  const date = time(at);
  const extensions =
    reason === undefined
      ? []
      : [sequence(sequence(oid('2.5.29.21'), octetString(tlv(0x0a, Uint8Array.of(reason)))))];
  return serials.map((serial) => sequence(unsignedInteger(serial), date, ...extensions));
}

function bigOctets(value: bigint): Buffer {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}
