import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A password's hash with everything that checking it takes. */
export type ScryptRecord = { ln: number; r: number; p: number; salt: Buffer; hash: Buffer };

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^17, r = 8, p = 1. One hash fills 128 MiB. */
const owasp = { ln: 17, r: 8, p: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** Hashes with OWASP's parameters and a fresh salt. */
export async function hashPassword(password: string): Promise<ScryptRecord> {
  const salt = randomBytes(saltBytes);
  return { ...owasp, salt, hash: await derive(password, { ...owasp, salt }, hashBytes) };
}

/** Costs a whole hash whatever the answer; the comparison takes constant time. */
export async function verifyPassword(password: string | Buffer, record: ScryptRecord): Promise<boolean> {
  return timingSafeEqual(await derive(password, record, record.hash.length), record.hash);
}

/** The PHC string format: `$scrypt$ln=17,r=8,p=1$SALT$HASH`, base64 without padding. */
export function formatRecord({ ln, r, p, salt, hash }: ScryptRecord): string {
  const b64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=${ln},r=${r},p=${p}$${b64(salt)}$${b64(hash)}`;
}

/** Null where the text is no such record. */
export function parseRecord(text: string): ScryptRecord | null {
  const match =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})$/.exec(text);
  if (match === null) return null;
  const [, ln, r, p, salt = '', hash = ''] = match;
  return {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

/** In the libuv thread pool, off the event loop. */
function derive(
  password: string | Buffer,
  { ln, r, p, salt }: Omit<ScryptRecord, 'hash'>,
  bytes: number,
): Promise<Buffer> {
  const N = 2 ** ln;
  // OpenSSL needs 128·N·r plus 128·r·p and change; Node's limit of 32 MiB is below what OWASP asks for.
  const maxmem = 128 * r * (N + p + 2) + 1024;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, { N, r, p, maxmem }, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    );
  });
}
