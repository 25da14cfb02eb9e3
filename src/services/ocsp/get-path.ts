/** Segments of a path in front of the request, as in `/ocsp/v1/MFow…`: at most so many are tried. */
const prefixSegments = 4;

/**
 * The DER of an OCSPRequest in the path of a GET (RFC 6960 A.1), or null. Taken as found in the wild: base64 or base64url, padded or not,
 * percent-encoded in whole, in part, twice or not at all, behind a path or at the root, with a query or white space at its end.
 */
export function requestOfPath(target: string): Buffer | null {
  const path = decoded(target.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/s, ''));
  if (path === null) return null;
  const segments = path.trim().replace(/^\/+/, '').split('/');
  for (let from = 0; from <= Math.min(prefixSegments, segments.length - 1); from += 1) {
    const der = derOf(segments.slice(from).join('/'));
    if (der !== null) return der;
  }
  return null;
}

function decoded(path: string): string | null {
  let text = path;
  try {
    for (let times = 0; times < 2 && text.includes('%'); times += 1) text = decodeURIComponent(text);
  } catch {
    return null;
  }
  return text;
}

/** Exactly one DER SEQUENCE, or null: a path in front decodes as base64 too, but to something else. */
function derOf(text: string): Buffer | null {
  if (!/^M[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  const der = Buffer.from(text, 'base64');
  return der[0] === 0x30 && sequenceLength(der) === der.length ? der : null;
}

function sequenceLength(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3 || der.length < 2 + octets) return -1;
  return 2 + octets + der.readUIntBE(2, octets);
}
