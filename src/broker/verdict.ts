import { codeOf } from './broker-error.ts';
import type { BrokerTally } from './config.ts';

/** How a connection ended, for the broker's own count. */
export type Verdict = Pick<BrokerTally, 'verdict' | 'layer' | 'cause'>;

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3), with underscores as TLS alerts are written. */
const connackNames: Readonly<Record<number, string>> = {
  0: 'accepted',
  1: 'unacceptable_protocol_version',
  2: 'identifier_rejected',
  3: 'server_unavailable',
  4: 'bad_user_name_or_password',
  5: 'not_authorized',
};

/** The verdict that a written CONNACK is, for `cause` or for what its code's name says. */
export function connackVerdict(returnCode: number, told?: string): Verdict {
  const cause = told ?? connackNames[returnCode] ?? `connack_${returnCode}`;
  return returnCode === 0
    ? { verdict: 'accepted', layer: null, cause }
    : { verdict: 'refused', layer: 'connect', cause };
}

/** Refused in TLS, for a cause that OpenSSL or the revocation check has named. */
export function tlsRefusal(cause: string): Verdict {
  return { verdict: 'refused', layer: 'tls', cause };
}

/** A session may not do what it wanted to. */
export function operationRefusal(operation: 'publish' | 'subscribe'): Verdict {
  return { verdict: 'refused', layer: 'authorization', cause: operation };
}

/** Not decided by the broker: the peer left, or let a time limit pass. */
export function abandonment(cause: string): Verdict {
  return { verdict: 'abandoned', layer: null, cause };
}

/**
 * The verdict behind a `tlsClientError`. Node lets the handshake of a certificate that does not verify finish and then destroys the
 * socket, which arrives here as a connection reset; what OpenSSL found stands in `authorizationError`. An alert that the *client* sent
 * is an ERR_SSL_…_ALERT_… too.
 */
export function handshakeVerdict(error: Error, authorizationError: string | null): Verdict {
  if (authorizationError !== null) return tlsRefusal(authorizationError);
  const code = codeOf(error);
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return abandonment('handshake-timeout');
  if (code.startsWith('ERR_')) return tlsRefusal(code);
  // Node makes an ECONNRESET of its own for an end of file; only the system's names the call that failed.
  if (code === 'ECONNRESET' && !('syscall' in error)) return abandonment('handshake-closed');
  return abandonment(isPeerGone(code) ? 'handshake-reset' : `handshake-${code || error.message}`);
}

/** The verdict behind an error of the MQTT layer before a CONNACK was written. */
export function connectVerdict(error: Error): Verdict {
  // aedes gives this one no code.
  if (error.message === 'connect did not arrive in time') return abandonment('connect-timeout');
  const code = codeOf(error);
  if (isPeerGone(code)) return abandonment('connect-reset');
  if (code.startsWith('ERR_SSL_')) return tlsRefusal(code);
  return protocolError();
}

/** What was sent is no MQTT. */
export function protocolError(): Verdict {
  return { verdict: 'refused', layer: 'connect', cause: 'protocol_error' };
}

function isPeerGone(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}
