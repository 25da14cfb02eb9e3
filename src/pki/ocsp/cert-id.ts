import { hash } from 'node:crypto';
import { nullValue, octetString, oid, sequence, tags, tlv } from '../der.ts';
import { certificateFields, publicKeyBits } from '../der-reader.ts';
import type { DerCursor } from './der-cursor.ts';
import { sameBytes } from './der-cursor.ts';
import { OcspError } from './ocsp-error.ts';

/** Digests that a CertID may be made with. RFC 5019 has SHA-1; it is no signature and its collisions do no harm here. */
export type CertIdHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

const hashOids: Record<CertIdHash, Uint8Array> = {
  sha1: oid('1.3.14.3.2.26'),
  sha256: oid('2.16.840.1.101.3.4.2.1'),
  sha384: oid('2.16.840.1.101.3.4.2.2'),
  sha512: oid('2.16.840.1.101.3.4.2.3'),
};
const hashNames = Object.keys(hashOids) as CertIdHash[];

/** CertID (RFC 6960 4.1.1). */
export type CertId = {
  /** Null for one that is not in `CertIdHash`. */
  hash: CertIdHash | null;
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
  /** Contents octets of the INTEGER. */
  serialNumber: Uint8Array;
  /** As it came, which is how a response repeats it. */
  der: Uint8Array;
};

/** What a CertID is hashed over. */
export type CertIdIssuer = { name: Uint8Array; publicKeyBits: Uint8Array };

/** Subject and key of a CA's certificate (DER). Throws OcspError `bad-signer` where it can't be read. */
export function certIdIssuerOf(certificate: Uint8Array): CertIdIssuer {
  const fields = certificateFields(certificate);
  const bits = publicKeyBits(certificate);
  if (fields === null || bits.length === 0)
    throw new OcspError('bad-signer', "the issuer's certificate can't be read");
  return { name: fields.subject, publicKeyBits: bits };
}

/** What a CertID has of its issuer: the two digests, without the serial number. */
export function issuerHashes(
  { name, publicKeyBits: key }: CertIdIssuer,
  digest: CertIdHash,
): [Buffer, Buffer] {
  return [hash(digest, name, 'buffer'), hash(digest, key, 'buffer')];
}

/** `serialNumber`: contents octets of the INTEGER. */
export function makeCertId(
  issuer: CertIdIssuer,
  serialNumber: Uint8Array,
  digest: CertIdHash = 'sha1',
): CertId {
  const [issuerNameHash, issuerKeyHash] = issuerHashes(issuer, digest);
  const der = sequence(
    sequence(hashOids[digest], nullValue()),
    octetString(issuerNameHash),
    octetString(issuerKeyHash),
    tlv(tags.integer, serialNumber),
  );
  return { hash: digest, issuerNameHash, issuerKeyHash, serialNumber, der };
}

/** The CertID of a certificate under its issuer's (both DER). Throws OcspError `bad-signer` where one of them can't be read. */
export function certIdOf(certificate: Uint8Array, issuer: Uint8Array, digest: CertIdHash = 'sha1'): CertId {
  const fields = certificateFields(certificate);
  if (fields === null) throw new OcspError('bad-signer', "the certificate can't be read");
  return makeCertId(certIdIssuerOf(issuer), fields.serialNumber, digest);
}

/** Throws OcspError `malformed`. */
export function readCertId(parent: DerCursor): CertId {
  const value = parent.next(tags.sequence, 'CertID');
  const der = parent.whole(value);
  const fields = parent.inside(value, 'CertID');
  const algorithm = fields.enter(tags.sequence, 'hashAlgorithm');
  const dotted = algorithm.whole(algorithm.next(tags.oid, 'hashAlgorithm'));
  const issuerNameHash = fields.contents(fields.next(tags.octetString, 'issuerNameHash'));
  const issuerKeyHash = fields.contents(fields.next(tags.octetString, 'issuerKeyHash'));
  const serialNumber = fields.contents(fields.next(tags.integer, 'serialNumber'));
  fields.end();
  if (serialNumber.length === 0) throw new OcspError('malformed', 'serialNumber: it has no octets');
  const known = hashNames.find((name) => sameBytes(hashOids[name], dotted)) ?? null;
  return { hash: known, issuerNameHash, issuerKeyHash, serialNumber, der };
}
