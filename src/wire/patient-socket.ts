import { Socket } from 'node:net';

/**
 * A socket that does not die of a failed write at once. Where a server sends an alert and closes before its client has written, the write
 * fails first, and Node destroys a socket on whatever error comes first: the alert would lie unread in the receive queue. Two turns of the
 * event loop are enough to read what the kernel already holds.
 */
export class PatientSocket extends Socket {
  private dying = false;

  override destroy(error?: NodeJS.ErrnoException): this {
    if (error?.syscall !== 'write' || this.dying) return super.destroy(error);
    this.dying = true;
    setImmediate(() => setImmediate(() => super.destroy(error)));
    return this;
  }
}
