import type { CrlKind } from './crl-kind.ts';
import { delta } from './delta.ts';
import { direct } from './direct.ts';
import { indirect } from './indirect.ts';
import { partitioned } from './partitioned.ts';

/** Every way of publishing a CRL, `direct` first. */
export const crlKinds: readonly CrlKind[] = [direct, indirect, partitioned, delta];
