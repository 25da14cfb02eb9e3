import { bundle } from './bundle.ts';
import type { IdentityFormat } from './format.ts';
import { p12 } from './p12.ts';
import { pemFiles } from './pem.ts';

/** Every form that identities can be written in, the default first. */
export const formats: readonly IdentityFormat[] = [pemFiles, p12, bundle];
