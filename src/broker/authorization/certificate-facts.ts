import { hash } from 'node:crypto';
import { children, readTlv, type Tlv } from '../../pki/der-reader.ts';
import { attributeTypeOf } from '../../pki/name.ts';

/** What rules look at in a certificate. A text that is no well-formed string of its type is null: it is like none. */
export type CertificateFacts = {
  /** Values by attribute type, in the order of the certificate. */
  subject: ReadonlyMap<string, (string | null)[]>;
  issuer: ReadonlyMap<string, (string | null)[]>;
  /** `kind` is dns, uri, email or ip. */
  sans: readonly { kind: string; value: string | null }[];
  /** Hexadecimal, upper case, without leading zeros. */
  serial: string;
  /** SHA-256, hexadecimal, upper case. */
  fingerprint: string;
  notAfterMs: number;
  /** Object identifiers. */
  extKeyUsages: readonly string[];
  policies: readonly string[];
};

const oids = { subjectAltName: '2.5.29.17', extKeyUsage: '2.5.29.37', policies: '2.5.29.32' } as const;

/** Null where the DER does not reach as far as it is needed: OpenSSL has let such a certificate through, rules do not. */
export function certificateFacts(der: Uint8Array): CertificateFacts | null {
  const outer = readTlv(der, 0);
  const tbs = outer && readTlv(der, outer.contents, outer.end);
  if (!tbs) return null;
  const fields = children(der, tbs);
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serial, , issuer, validity, subject, , ...optional] = fields;
  if (!serial || !issuer || !validity || !subject) return null;
  const notAfterMs = timeOf(der, children(der, validity)[1]);
  if (notAfterMs === null) return null;
  const extensions = extensionsOf(
    der,
    optional.find(({ tag }) => tag === 0xa3),
  );
  return {
    subject: nameOf(der, subject),
    issuer: nameOf(der, issuer),
    sans: sansOf(extensions.get(oids.subjectAltName)),
    serial: hex(der.subarray(serial.contents, serial.end)).replace(/^0+(?=.)/, ''),
    fingerprint: hash('sha256', der, 'hex').toUpperCase(),
    notAfterMs,
    extKeyUsages: membersOf(extensions.get(oids.extKeyUsage)).map(({ bytes }) => dotted(bytes)),
    policies: membersOf(extensions.get(oids.policies)).flatMap(({ bytes }) => {
      const id = readTlv(bytes, 0);
      return id ? [dotted(bytes.subarray(id.contents, id.end))] : [];
    }),
  };
}

/** Name (RFC 5280 4.1.2.4): sets of type and value. */
function nameOf(der: Uint8Array, name: Tlv): Map<string, (string | null)[]> {
  const values = new Map<string, (string | null)[]>();
  for (const rdn of children(der, name)) {
    for (const attribute of children(der, rdn)) {
      const [type, value] = children(der, attribute);
      if (!type || !value) continue;
      const word = attributeTypeOf(der.subarray(type.start, type.end));
      if (word === undefined) continue;
      values.set(word, [
        ...(values.get(word) ?? []),
        textOf(value.tag, der.subarray(value.contents, value.end)),
      ]);
    }
  }
  return values;
}

/** GeneralName (RFC 5280 4.2.1.6). */
function sansOf(extension: Uint8Array | undefined): { kind: string; value: string | null }[] {
  const kinds: Readonly<Record<number, string>> = { 129: 'email', 130: 'dns', 134: 'uri' };
  return membersOf(extension).flatMap(({ tag, bytes }) => {
    if (tag === 0x87) return [{ kind: 'ip', value: addressOf(bytes) }];
    const kind = kinds[tag];
    return kind === undefined ? [] : [{ kind, value: textOf(0x16, bytes) }];
  });
}

function addressOf(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return null;
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  return words.map((word) => word.toString(16)).join(':');
}

/** UTF8String, PrintableString, IA5String, BMPString; the other types are nobody's today. */
function textOf(tag: number, bytes: Uint8Array): string | null {
  if (tag === 0x0c) return utf8(bytes);
  if (tag === 0x1e) return bytes.length % 2 === 0 ? Buffer.from(bytes).swap16().toString('utf16le') : null;
  if (tag !== 0x13 && tag !== 0x16) return null;
  return bytes.every((byte) => byte < 0x80) ? Buffer.from(bytes).toString('latin1') : null;
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No UTF-8 (RFC 3629).
    return null;
  }
}

/** UTCTime and GeneralizedTime as RFC 5280 4.1.2.5 has them. */
function timeOf(der: Uint8Array, time: Tlv | undefined): number | null {
  if (time === undefined) return null;
  const text = Buffer.from(der.subarray(time.contents, time.end)).toString('latin1');
  const [, years, rest] = /^(\d{2}|\d{4})(\d{10})Z$/.exec(text) ?? [];
  if (years === undefined || rest === undefined) return null;
  const year = years.length === 4 ? Number(years) : Number(years) + (Number(years) < 50 ? 2000 : 1900);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = (rest.match(/\d\d/g) ?? []).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function extensionsOf(der: Uint8Array, explicit: Tlv | undefined): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const list = explicit && readTlv(der, explicit.contents, explicit.end);
  for (const extension of list ? children(der, list) : []) {
    const [id, ...rest] = children(der, extension);
    const value = rest.at(-1);
    if (id && value)
      found.set(dotted(der.subarray(id.contents, id.end)), der.subarray(value.contents, value.end));
  }
  return found;
}

function membersOf(extension: Uint8Array | undefined): { tag: number; bytes: Uint8Array }[] {
  const outer = extension && readTlv(extension, 0);
  if (!extension || !outer) return [];
  return children(extension, outer).map(({ tag, contents, end }) => ({
    tag,
    bytes: extension.subarray(contents, end),
  }));
}

/** Contents of an OBJECT IDENTIFIER (X.690 8.19). */
function dotted(contents: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of contents) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [first = 0n, ...rest] = arcs;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...rest].join('.');
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
