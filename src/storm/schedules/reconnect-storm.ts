import { type BackoffOrder, backoffPolicies } from './backoff.ts';
import { checkNumber, type ScheduleKind } from './schedule.ts';

/**
 * `clients` connect over the first `spreadMs` and stay; at `cutAtMs` all of them lose their connection at once, and each comes back when
 * its back-off lets it.
 */
export type ReconnectStorm = {
  model: 'reconnect-storm';
  clients: number;
  spreadMs: number;
  cutAtMs: number;
  backoff: BackoffOrder;
};

export const reconnectStorm: ScheduleKind<ReconnectStorm> = {
  model: 'reconnect-storm',
  make({ clients, spreadMs, cutAtMs, backoff }, durationMs) {
    checkNumber('clients', clients);
    checkNumber('spreadMs', spreadMs);
    checkNumber('cutAtMs', cutAtMs);
    checkNumber('backoff.baseMs', backoff.baseMs);
    checkNumber('backoff.capMs', backoff.capMs);
    if (!backoffPolicies.includes(backoff.policy))
      throw new RangeError(`backoff '${backoff.policy}' is none of ${backoffPolicies.join(', ')}`);
    if (cutAtMs >= durationMs)
      throw new RangeError(`the cut at ${cutAtMs} ms is not before the end at ${durationMs} ms`);
    const all = Math.floor(clients);
    return {
      open: false,
      clients: all,
      firstMs: (client) => (all === 0 ? 0 : (client * spreadMs) / all),
      cutAtMs,
      backoff,
    };
  },
};
