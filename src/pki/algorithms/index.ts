import type { Algorithm } from './algorithm.ts';
import { ecdsaP256 } from './ecdsa-p256.ts';

/** Every algorithm a corpus can be made with. */
export const algorithms: readonly Algorithm[] = [ecdsaP256];
