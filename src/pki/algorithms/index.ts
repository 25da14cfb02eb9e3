import type { Algorithm } from './algorithm.ts';
import { ecdsaP256 } from './ecdsa-p256.ts';
import { ecdsaP384 } from './ecdsa-p384.ts';
import { ed25519 } from './ed25519.ts';
import { mlDsa44 } from './ml-dsa-44.ts';
import { mlDsa65 } from './ml-dsa-65.ts';
import { rsa2048 } from './rsa-2048.ts';
import { rsa3072 } from './rsa-3072.ts';
import { rsa4096 } from './rsa-4096.ts';
import { rsaPss2048 } from './rsa-pss-2048.ts';

/** Every algorithm a corpus can be made with; one that this runtime lacks says so in `unavailable`. */
export const algorithms: readonly Algorithm[] = [
  ecdsaP256,
  ecdsaP384,
  rsa2048,
  rsa3072,
  rsa4096,
  rsaPss2048,
  ed25519,
  mlDsa44,
  mlDsa65,
];
