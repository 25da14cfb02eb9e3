import type { Reply } from '../channel/requester.ts';
import type { BrokerConfig, BrokerSnapshot } from './config.ts';

/**
 * What passes between the conductor and the broker's process on an extra pipe (file descriptor 3 of the broker): one JSON object a line,
 * both ways, each request answered once by its `id`. `snapshot` is answered by a side thread, the others by the main thread. The end of
 * the pipe is the end of the broker.
 */
export type ControlOrder =
  | { verb: 'start'; config: BrokerConfig }
  | { verb: 'mark' }
  | { verb: 'snapshot' }
  | { verb: 'reload-revocation' }
  | { verb: 'stop' };

export type ControlRequest = { id: number } & ControlOrder;

export type ControlVerb = ControlRequest['verb'];

/**
 * What each verb answers. `start` resolves when the port is open; `mark` when garbage is collected and the delay histogram empty;
 * `reload-revocation` when the file that was replaced holds for the next handshake.
 */
export type ControlAnswers = {
  start: BrokerStarted;
  mark: null;
  snapshot: BrokerSnapshot;
  'reload-revocation': null;
  stop: null;
};

export type BrokerStarted = {
  port: number;
  /** For example `aedes 1.2.0 on Node v24.21.0, OpenSSL 3.5.8`. */
  version: string;
};

export type ControlReply = Reply<ControlAnswers[ControlVerb]>;
