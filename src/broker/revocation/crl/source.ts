import { readFile } from 'node:fs/promises';
import { codeOf, messageOf } from '../../broker-error.ts';
import { CrlTrouble } from './trouble.ts';

/** Where CRLs come from. */
export type CrlSource = {
  /** What is there now; null where it is what was there before. Throws CrlTrouble. */
  read(): Promise<Buffer | null>;
  /** What was read last is not good: the next time it is read again, changed or not. */
  forget(): void;
  close(): Promise<void>;
};

export function fileSource(path: string): CrlSource {
  return {
    async read() {
      try {
        return await readFile(path);
      } catch (error) {
        throw new CrlTrouble('crl-file', `it can't be read (${codeOf(error) || messageOf(error)})`, {
          cause: error,
        });
      }
    },
    forget: () => undefined,
    close: async () => undefined,
  };
}
