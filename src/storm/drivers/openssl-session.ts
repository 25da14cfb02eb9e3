/** What can be read from a TLS session as Node hands it out. */

const sequence = 0x30;
const integer = 0x02;
/** Fields of OpenSSL's SSL_SESSION_ASN1 (ssl/ssl_asn1.c): `peer [3] EXPLICIT X509`, `tlsext_tick_lifetime_hint [9] EXPLICIT`. */
const peerTag = 0xa3;
const ticketLifetimeTag = 0xa9;

/**
 * The server's certificate, DER, as the TLS session holds it: a quarter of the CPU of `getPeerX509Certificate()`, and no X509 that stays
 * in memory until the next major collection. A session is OpenSSL's DER, which newer releases of Node put behind a marker, a NUL, and the
 * server name with its length. Undefined when it is neither.
 */
export function certificateOfSession(session: Buffer): Buffer | undefined {
  return fieldOf(session, peerTag);
}

/** How long the ticket of this session is good by the server's word, seconds; undefined where there is none, or no session. */
export function ticketLifetimeOf(session: Buffer): number | undefined {
  const field = fieldOf(session, ticketLifetimeTag);
  const number = field && elementAt(field, 0);
  if (field === undefined || number === undefined || number.tag !== integer) return undefined;
  const { start, end } = number;
  return end - start > 6 ? undefined : field.readUIntBE(start, end - start);
}

function fieldOf(session: Buffer, tag: number): Buffer | undefined {
  const outer = elementAt(session, startOfDer(session));
  if (outer?.tag !== sequence) return undefined;
  for (let at = outer.start; at < outer.end; ) {
    const element = elementAt(session, at);
    if (element === undefined) return undefined;
    if (element.tag === tag) return session.subarray(element.start, element.end);
    at = element.end;
  }
  return undefined;
}

function startOfDer(session: Buffer): number {
  if (session[0] !== 0) return 0;
  const nameLengthAt = session.indexOf(0, 1) + 1;
  if (nameLengthAt === 0 || nameLengthAt + 2 > session.length) return 0;
  return nameLengthAt + 2 + session.readUInt16BE(nameLengthAt);
}

function elementAt(bytes: Buffer, at: number): { tag: number; start: number; end: number } | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4 || start + octets > bytes.length) return undefined;
    length = bytes.readUIntBE(start, octets);
    start += octets;
  }
  const end = start + length;
  return end > bytes.length ? undefined : { tag, start, end };
}
