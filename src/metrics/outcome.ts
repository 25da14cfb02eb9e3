/** Every attempt ends in exactly one of these; the order is the order of columns everywhere. */
export const outcomeKinds = [
  'accepted',
  'tls-alert',
  'connack-refused',
  'operation-refused',
  'closed',
  'reset',
  'timeout',
  'connect-failed',
  'local-error',
] as const;

export type OutcomeKind = (typeof outcomeKinds)[number];

/** The target decided against the client: in the handshake, by closing, at CONNECT, or at what it did first. The others are no decision of the target. */
export const refusalKinds: readonly OutcomeKind[] = [
  'tls-alert',
  'connack-refused',
  'operation-refused',
  'closed',
  'reset',
];

/**
 * Phases of an attempt that are timed (service time). `tcpConnect`, `authenticated` and `rejected` count from the attempt's actual start,
 * just before connect(2), and so do `serverHello` and `serverFinished`, which only drivers that see the messages record, whatever came of
 * the attempt: up to the first the server did its key exchange, up to the second it proved itself, and what comes then is its judgement of
 * the client. `tlsHandshake` counts from TCP being up to the client's Finished. It is recorded only where the target answered at
 * CONNECT: a TLS 1.3 client ends its side of the handshake before the server has looked at its certificate (RFC 8446, 2), so that of a
 * client refused in the handshake says nothing.
 */
export const latencyNames = [
  'tcpConnect',
  'serverHello',
  'serverFinished',
  'tlsHandshake',
  'authenticated',
  'rejected',
] as const;
export type LatencyName = (typeof latencyNames)[number];

/** Phases that are timed from the scheduled start too (response time), in the open models. */
export const responseNames = ['authenticated', 'rejected'] as const;
export type ResponseName = (typeof responseNames)[number];
