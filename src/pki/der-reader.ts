import { tags } from './der.ts';

/** Where one tag-length-value lies: `start` its identifier octet, `contents` to `end` its contents. */
export type Tlv = { tag: number; start: number; contents: number; end: number };

/** The tag-length-value at `at`, or null where there is none that is whole, definite and of one identifier octet. */
export function readTlv(bytes: Uint8Array, at: number, limit: number = bytes.length): Tlv | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit) return null;
  if (first < 0x80) {
    const end = at + 2 + first;
    return end > limit ? null : { tag, start: at, contents: at + 2, end };
  }
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || at + 2 + octets > limit) return null;
  let length = 0;
  for (let i = 0; i < octets; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const contents = at + 2 + octets;
  const end = contents + length;
  return end > limit ? null : { tag, start: at, contents, end };
}

/** The values inside a constructed one, in order; stops at the first that can't be read. */
export function children(bytes: Uint8Array, parent: Tlv): Tlv[] {
  const found: Tlv[] = [];
  for (let at = parent.contents; at < parent.end; ) {
    const child = readTlv(bytes, at, parent.end);
    if (child === null) break;
    found.push(child);
    at = child.end;
  }
  return found;
}

/** Fields of a TBSCertificate (RFC 5280 4.1.2) that other files are about. */
export type CertificateFields = { serialNumber: Uint8Array; subject: Uint8Array; notAfter: Uint8Array };

/**
 * Serial number (contents octets), subject (whole Name) and notAfter (contents octets) of a certificate, or null where its DER does not
 * reach so far: a forge makes such certificates on purpose.
 */
export function certificateFields(certificate: Uint8Array): CertificateFields | null {
  const outer = readTlv(certificate, 0);
  const tbs = outer && readTlv(certificate, outer.contents, outer.end);
  if (tbs === null || outer?.tag !== tags.sequence || tbs.tag !== tags.sequence) return null;
  const fields = children(certificate, tbs);
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serialNumber, , , validity, subject] = fields;
  if (!serialNumber || !validity || !subject) return null;
  const notAfter = children(certificate, validity)[1];
  if (!notAfter) return null;
  return {
    serialNumber: certificate.subarray(serialNumber.contents, serialNumber.end),
    subject: certificate.subarray(subject.start, subject.end),
    notAfter: certificate.subarray(notAfter.contents, notAfter.end),
  };
}

/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of a v3 certificate, DER; empty where the DER does not reach so far. */
export function publicKeyInfo(certificate: Uint8Array): Uint8Array {
  const outer = readTlv(certificate, 0);
  const tbs = outer && readTlv(certificate, outer.contents, outer.end);
  const spki = tbs && children(certificate, tbs)[6];
  return spki ? certificate.subarray(spki.start, spki.end) : new Uint8Array(0);
}

/** Contents of its BIT STRING subjectPublicKey; empty where the DER does not reach so far. */
export function publicKeyBits(certificate: Uint8Array): Uint8Array {
  const info = publicKeyInfo(certificate);
  const spki = readTlv(info, 0);
  const bits = spki && children(info, spki)[1];
  return bits ? info.subarray(bits.contents + 1, bits.end) : new Uint8Array(0);
}
