import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/**
 * A text file that grows piece by piece. Where an interrupted call has left the beginning of the very same text it is written over, so that
 * at no time less is in it than before: what it lists can always be found.
 */
export class GrowingFile {
  /** Length in octets that an earlier call has left. */
  readonly left: number;
  readonly #file: number;
  #length = 0;

  constructor(path: string, mode: number, fresh: boolean) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
    this.#file = openSync(path, flags | (fresh ? constants.O_EXCL : 0), mode);
    this.left = fstatSync(this.#file).size;
  }

  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#file, bytes, at, bytes.length - at, this.#length + at);
    this.#length += bytes.length;
  }

  /** Ends the file here, and lets go of it. */
  close(truncate: boolean): void {
    if (truncate) ftruncateSync(this.#file, this.#length);
    closeSync(this.#file);
  }
}
