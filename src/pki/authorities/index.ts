import type { Authority } from './authority.ts';
import { constrainedCa } from './constrained-ca.ts';
import { crlIssuer } from './crl-issuer.ts';
import { hiddenCa } from './hidden-ca.ts';
import { impostorCa } from './impostor-ca.ts';
import { leafIssuer } from './leaf-issuer.ts';
import { overlongPathCa } from './overlong-path-ca.ts';
import { rekeyedCa } from './rekeyed-ca.ts';
import { rsaCa } from './rsa-ca.ts';
import { shortPathCa } from './short-path-ca.ts';
import { unknownCa } from './unknown-ca.ts';

/** Every CA that is there for a defect's sake; `signedBy` names one that stands before it. */
export const authorities: readonly Authority[] = [
  unknownCa,
  impostorCa,
  rekeyedCa,
  hiddenCa,
  leafIssuer,
  shortPathCa,
  overlongPathCa,
  constrainedCa,
  rsaCa,
  crlIssuer,
];
