import { badSignature } from './bad-signature.ts';
import type { CrlDefect } from './crl-defect.ts';
import { expired } from './expired.ts';
import { missing } from './missing.ts';
import { none } from './none.ts';
import { notYetValid } from './not-yet-valid.ts';
import { unknownCriticalExtension } from './unknown-critical-extension.ts';

/** Every defect that the client CA's CRL can have, `none` first. */
export const crlDefects: readonly CrlDefect[] = [
  none,
  expired,
  notYetValid,
  missing,
  badSignature,
  unknownCriticalExtension,
];
