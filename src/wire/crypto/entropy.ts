import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafe(8192);
let used = pool.length;

/** Copies fresh random bytes into `target`, out of a pool that is refilled in one call. At most 8192 at a time. */
export function fillRandom(target: Uint8Array, at: number, length: number): void {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  target.set(pool.subarray(used, used + length), at);
  // Used bytes are for one connection only; what was handed out is not kept here.
  pool.fill(0, used, used + length);
  used += length;
}
