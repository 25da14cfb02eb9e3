const lineOctets = 48;
const lineCharacters = 64;

/** Textual encoding of one DER structure (RFC 7468): 64 characters a line. Written as bytes, since a CRL may have millions of lines. */
export function pem(label: string, der: Uint8Array): Buffer {
  const base64 = Buffer.from(
    Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64'),
    'latin1',
  );
  const lines = Math.ceil(der.length / lineOctets);
  const head = `-----BEGIN ${label}-----\n`;
  const foot = `-----END ${label}-----\n`;
  const out = Buffer.allocUnsafe(head.length + base64.length + lines + foot.length);
  let at = out.write(head, 0, 'latin1');
  for (let from = 0; from < base64.length; from += lineCharacters) {
    at += base64.copy(out, at, from, Math.min(from + lineCharacters, base64.length));
    out[at] = 0x0a;
    at += 1;
  }
  out.write(foot, at, 'latin1');
  return out;
}
