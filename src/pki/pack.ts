import { hash } from 'node:crypto';
import type { KeyPair } from './algorithms/algorithm.ts';
import type { Identity } from './identity.ts';

/**
 * The cache's file format: records of fields, behind a SHA-256 over all of them and the content address they were made for. Integers are
 * 32-bit little-endian.
 *
 *     magic 8 · SHA-256 of all that follows 32 · address 32 · number of records 4 · records
 *     record: number of fields 4, then for each its length 4 and its bytes
 */
const magic = Buffer.from('CSPACK1\n', 'latin1');
const digestOctets = 32;
const addressAt = magic.length + digestOctets;
const countAt = addressAt + digestOctets;
const recordsAt = countAt + 4;

export type PackRecord = readonly Uint8Array[];

/** One after the other, without the head of a pack: what a maker hands back. */
export function encodeRecords(records: readonly PackRecord[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const fields of records) {
    length += 4;
    for (const field of fields) length += 4 + field.length;
  }
  const out = Buffer.from(new ArrayBuffer(length));
  let at = 0;
  for (const fields of records) {
    at = out.writeUInt32LE(fields.length, at);
    for (const field of fields) {
      at = out.writeUInt32LE(field.length, at);
      out.set(field, at);
      at += field.length;
    }
  }
  return out;
}

/** A whole pack in shared memory, from `count` records that were encoded in pieces. `address` is 64 hexadecimal digits. */
export function sealPack(
  address: string,
  count: number,
  pieces: readonly Uint8Array[],
): Uint8Array<SharedArrayBuffer> {
  return sealInto(new SharedArrayBuffer(packLength(pieces)), address, count, pieces);
}

export const packLength = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, piece) => sum + piece.length, recordsAt);

/** The same, in memory of `packLength` octets. */
export function sealInto<Memory extends ArrayBufferLike>(
  memory: Memory,
  address: string,
  count: number,
  pieces: readonly Uint8Array[],
): Uint8Array<Memory> {
  const pack: Uint8Array<Memory> & Buffer<Memory> = Buffer.from(memory) as Buffer<Memory>;
  pack.set(magic, 0);
  pack.write(address, addressAt, 'hex');
  pack.writeUInt32LE(count, countAt);
  let at = recordsAt;
  for (const piece of pieces) {
    pack.set(piece, at);
    at += piece.length;
  }
  pack.set(hash('sha256', pack.subarray(addressAt), 'buffer'), magic.length);
  return pack;
}

/** The records as views over `pack`, or null where it is not a whole and unchanged pack for this address. */
export function openPack(pack: Uint8Array<SharedArrayBuffer>, address: string): PackRecord[] | null {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  if (bytes.length < recordsAt || bytes.compare(magic, 0, magic.length, 0, magic.length) !== 0) return null;
  if (bytes.toString('hex', addressAt, countAt) !== address) return null;
  const digest = hash('sha256', bytes.subarray(addressAt), 'buffer');
  if (digest.compare(bytes, magic.length, addressAt) !== 0) return null;
  // What the digest covers was written by sealPack: from here on the lengths are right.
  const views = new Uint8Array(pack.buffer, pack.byteOffset, pack.byteLength);
  const records: PackRecord[] = [];
  const count = bytes.readUInt32LE(countAt);
  let at = recordsAt;
  for (let i = 0; i < count; i += 1) {
    const fields: Uint8Array[] = [];
    const fieldCount = bytes.readUInt32LE(at);
    at += 4;
    for (let field = 0; field < fieldCount; field += 1) {
      const length = bytes.readUInt32LE(at);
      fields.push(views.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    records.push(fields);
  }
  return records;
}

/** An identity with a certificate as a record: client id, key, then its chain. */
export const identityRecord = (identity: Identity): PackRecord => [
  Buffer.from(identity.clientId, 'utf8'),
  identity.key ?? new Uint8Array(0),
  ...identity.chain,
];

export function recordIdentity(record: PackRecord): Identity {
  const [clientId, key, ...chain] = record;
  return {
    clientId: Buffer.from(clientId ?? []).toString('utf8'),
    key: key && key.length > 0 ? key : null,
    chain,
  };
}

/** A key as a record: PKCS #8, SubjectPublicKeyInfo, the public key's bits. */
export const keyPairRecord = ({ pkcs8, spki, publicKey }: KeyPair): PackRecord => [pkcs8, spki, publicKey];

export function recordKeyPair(record: PackRecord): KeyPair {
  const [pkcs8, spki, publicKey] = record;
  if (!pkcs8 || !spki || !publicKey) throw new TypeError('a key pair has three fields');
  return { pkcs8, spki, publicKey };
}
