import type { AlertName } from './alerts.ts';

/** How a connection ended: exactly one for each. */
export type Ending =
  /** The server sent an alert other than close_notify. `alert` is its name, or `alert_N`. */
  | { kind: 'alert-received'; alert: string; number: number }
  /** The server broke the protocol or is not trusted; this alert was sent and the connection closed. */
  | { kind: 'alert-sent'; alert: AlertName; number: number; reason: string }
  /** The server closed in order. */
  | { kind: 'close-notify' }
  /** The server closed the TCP connection without a word. */
  | { kind: 'closed' }
  /** The TCP connection broke. `code` is the operating system's: ECONNRESET, EPIPE, … */
  | { kind: 'reset'; code: string }
  /** There was no TCP connection. */
  | { kind: 'connect-failed'; code: string }
  /** Something went wrong on this side, which says nothing about the server. */
  | { kind: 'local-error'; code: string; reason: string }
  /** The caller called close() or destroy(). */
  | { kind: 'local-close' };
