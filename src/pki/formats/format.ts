import type { Identity } from '../identity.ts';

/** One file of an identity. */
export type IdentityFile = { path: string; bytes: Uint8Array; secret: boolean };

/** How identities are written for other tools: one file, one line in `index.ts`. */
export type IdentityFormat = {
  name: string;
  describe: string;
  /** File names of an identity, by the path without its ending. */
  names: (stem: string) => { certificate: string; key: string };
  /** Nothing for a client without a certificate. */
  files: (identity: Identity & { key: Uint8Array }, stem: string, password: string) => IdentityFile[];
};
