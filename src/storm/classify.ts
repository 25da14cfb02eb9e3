import type { Outcome } from '../metrics/recorder.ts';
import { closed, connectFailed, localError, type Phase, reset, timedOut, tlsAlert } from './outcomes.ts';

/** The fields that Node puts on errors of sockets, of TLS and of the operating system. */
export type SocketError = Error & { code?: string; syscall?: string; reason?: string };

/** Out of file descriptors, memory or rights: the generator's own limits, not the target's answer. */
const ownLimits = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EACCES', 'EPERM']);
const resets = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/**
 * The one outcome of an attempt whose socket failed with `error` in `phase`.
 *
 * OpenSSL reports an alert that it received as `ERR_SSL_…_ALERT_…` and puts the alert's number into the message; an alert that it sent
 * itself (the server is not trusted, its messages make no sense) has no such number and is a local error. To a write that waits for the end of
 * the handshake Node tells the same as EPROTO. Node reports an end of file in
 * the handshake as ECONNRESET without a system call, a reset by the peer as ECONNRESET with one.
 */
export function classifyError(error: SocketError, phase: Phase): Outcome {
  const code = error.code ?? error.name;
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    const number = alertNumber(error);
    return number === undefined ? localError(error.reason ?? code) : tlsAlert(number);
  }
  if (error.syscall === undefined && phase !== 'tcp-connect') {
    if (code === 'ECONNRESET') return closed;
    if (phase === 'tls-handshake' && !ownLimits.has(code) && !resets.has(code) && code !== 'ETIMEDOUT')
      return localError(`server not trusted: ${code}`);
  }
  return classifySystemError(code, phase);
}

/** The one outcome of an attempt that the operating system ended with this error (ECONNREFUSED, EMFILE, …) in `phase`. */
export function classifySystemError(code: string, phase: Phase): Outcome {
  if (ownLimits.has(code)) return localError(code);
  if (code === 'ETIMEDOUT') return timedOut(phase);
  if (phase === 'tcp-connect') return connectFailed(code);
  return resets.has(code) ? reset(code) : localError(code);
}

function alertNumber({ message }: SocketError): number | undefined {
  const found = /SSL alert number (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found);
}
