import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { BrokerError } from '../../broker-error.ts';
import type { PasswordAlgorithm } from './password-algorithm.ts';
import { base64, fromBase64 } from './phc.ts';

type Parameters = { memory: number; passes: number; parallelism: number; nonce: Buffer };

const saltBytes = 16;
const hashBytes = 32;

/**
 * Argon2id (RFC 9106), by Node ≥ 24.7 on OpenSSL ≥ 3.2. OWASP Password Storage Cheat Sheet: 19 MiB, t = 2, p = 1. Record:
 * `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
 */
export const argon2id: PasswordAlgorithm = {
  name: 'argon2id',
  defaults: { memoryKiB: 19_456, passes: 2 },
  async hash(password, { memoryKiB = 19_456, passes = 2 }) {
    const parameters = { memory: memoryKiB, passes, parallelism: 1, nonce: randomBytes(saltBytes) };
    const hash = await derive(Buffer.from(password), parameters, hashBytes);
    return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=1$${base64(parameters.nonce)}$${base64(hash)}`;
  },
  read(record) {
    const match =
      /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})$/.exec(
        record,
      );
    if (match === null) return null;
    const [, memory, passes, parallelism, salt = '', digits = ''] = match;
    const parameters = {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
      nonce: fromBase64(salt),
    };
    const hash = fromBase64(digits);
    return {
      verify: async (password) => timingSafeEqual(await derive(password, parameters, hash.length), hash),
    };
  },
};

/** In the libuv thread pool, off the event loop. */
function derive(message: Buffer, parameters: Parameters, tagLength: number): Promise<Buffer> {
  if (argon2 === undefined) {
    throw new BrokerError(
      'ERR_BROKER_PASSWORDS',
      `argon2id is not in Node ${process.version}: use Node 24.7 or later, or another broker.password.algorithm`,
    );
  }
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, ...parameters, tagLength }, (error, derived) =>
      error === null ? resolve(derived) : reject(error),
    );
  });
}
