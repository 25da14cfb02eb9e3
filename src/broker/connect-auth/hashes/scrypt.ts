import { scrypt as deriveKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasswordAlgorithm } from './password-algorithm.ts';
import { base64, fromBase64 } from './phc.ts';

type Parameters = { ln: number; r: number; p: number; salt: Buffer };

const saltBytes = 16;
const hashBytes = 32;

/**
 * scrypt (RFC 7914). OWASP Password Storage Cheat Sheet: N = 2^17, r = 8, p = 1; one hash fills 128 MiB. Record:
 * `$scrypt$ln=17,r=8,p=1$SALT$HASH`.
 */
export const scrypt: PasswordAlgorithm = {
  name: 'scrypt',
  defaults: { cost: 17 },
  async hash(password, { cost = 17 }) {
    const parameters = { ln: cost, r: 8, p: 1, salt: randomBytes(saltBytes) };
    const hash = await derive(Buffer.from(password), parameters, hashBytes);
    return `$scrypt$ln=${cost},r=8,p=1$${base64(parameters.salt)}$${base64(hash)}`;
  },
  read(record) {
    const match =
      /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})$/.exec(
        record,
      );
    if (match === null) return null;
    const [, ln, r, p, salt = '', digits = ''] = match;
    const parameters = { ln: Number(ln), r: Number(r), p: Number(p), salt: fromBase64(salt) };
    const hash = fromBase64(digits);
    return {
      verify: async (password) => timingSafeEqual(await derive(password, parameters, hash.length), hash),
    };
  },
};

/** In the libuv thread pool, off the event loop. */
function derive(password: Buffer, { ln, r, p, salt }: Parameters, bytes: number): Promise<Buffer> {
  const N = 2 ** ln;
  // OpenSSL needs 128·N·r plus 128·r·p and change; Node's limit of 32 MiB is below what OWASP asks for.
  const maxmem = 128 * r * (N + p + 2) + 1024;
  return new Promise((resolve, reject) => {
    deriveKey(password, salt, bytes, { N, r, p, maxmem }, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    );
  });
}
