import type { BrokerConfig, BrokerSnapshot } from './config.ts';

/**
 * What passes between the conductor and the broker's process on an extra pipe (file descriptor 3 of the broker): one JSON object a line,
 * both ways, each request answered once by its `id`. `snapshot` is answered by a side thread, the others by the main thread. The end of
 * the pipe is the end of the broker.
 */
export type ControlRequest = { id: number } & (
  | { verb: 'start'; config: BrokerConfig }
  | { verb: 'mark' }
  | { verb: 'snapshot' }
  | { verb: 'reload-revocation' }
  | { verb: 'stop' }
);

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

export type ControlReply = { id: number } & (
  | { answer: ControlAnswers[ControlVerb] }
  | { error: { code: string; message: string } }
);

/** The broker's file descriptor of the control channel. */
export const controlFd = 3;

export function encodeLine(message: ControlRequest | ControlReply): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a stream of UTF-8 chunks into lines; the returned function takes a chunk and gives the lines that it completes. */
export function lineSplitter(): (chunk: Uint8Array) => string[] {
  const decoder = new TextDecoder();
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}
