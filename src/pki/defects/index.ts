import { badSignature } from './bad-signature.ts';
import type { Defect } from './defect.ts';
import { expired } from './expired.ts';
import { noCertificate } from './no-certificate.ts';
import { none } from './none.ts';
import { notYetValid } from './not-yet-valid.ts';
import { revoked } from './revoked.ts';
import { selfSigned } from './self-signed.ts';
import { unknownCa } from './unknown-ca.ts';
import { wrongEku } from './wrong-eku.ts';

/** Every defect a cohort can have, `none` first. */
export const defects: readonly Defect[] = [
  none,
  expired,
  notYetValid,
  revoked,
  unknownCa,
  selfSigned,
  wrongEku,
  noCertificate,
  badSignature,
];
