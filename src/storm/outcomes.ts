import type { Outcome } from '../metrics/recorder.ts';
import { reasonText } from './reason-codes.ts';
import { alertDetail } from './tls-alerts.ts';

/** How far an attempt had come. */
export type Phase = 'tcp-connect' | 'tls-handshake' | 'connack';

export const accepted: Outcome = { kind: 'accepted', detail: '' };
/** The other side ended the connection in good order and said nothing. */
export const closed: Outcome = { kind: 'closed', detail: 'EOF' };

/** A refusing CONNACK; `code` is not 0, in whichever version of MQTT. */
export function connackRefused(code: number): Outcome {
  return { kind: 'connack-refused', detail: reasonText(code) };
}

/** The client was let in, and then not let do what it wanted. */
export function operationRefused(operation: 'publish' | 'subscribe', how: string): Outcome {
  return { kind: 'operation-refused', detail: `${operation} (${how})` };
}

export function timedOut(phase: Phase): Outcome {
  return { kind: 'timeout', detail: phase };
}

/** The other side reset the connection, or had already closed it when something was written to it. */
export function reset(code: string): Outcome {
  return { kind: 'reset', detail: code };
}

/** An alert that the other side sent. */
export function tlsAlert(number: number): Outcome {
  return { kind: 'tls-alert', detail: alertDetail(number) };
}

/** Anything of the generator's own making: no more file descriptors, a server that it does not trust, an answer it can't read. */
export function localError(detail: string): Outcome {
  return { kind: 'local-error', detail };
}

export function connectFailed(code: string): Outcome {
  return { kind: 'connect-failed', detail: code };
}

/** The upgrade to WebSocket was answered with another status than 101: 401 and 403 turn the client away, others are no broker's answer. */
export function httpRefused(status: number): Outcome {
  return status === 401 || status === 403
    ? { kind: 'closed', detail: `HTTP ${status}` }
    : localError(`the upgrade to WebSocket was answered with HTTP ${status}`);
}
