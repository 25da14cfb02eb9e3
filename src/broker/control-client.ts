import type { Duplex } from 'node:stream';
import { BrokerError } from './broker-error.ts';
import type { BrokerConfig, BrokerSnapshot } from './config.ts';
import {
  type BrokerStarted,
  type ControlReply,
  type ControlRequest,
  encodeLine,
  lineSplitter,
} from './control.ts';

type Unnumbered<R> = R extends ControlRequest ? Omit<R, 'id'> : never;
type Pending = { resolve(answer: unknown): void; reject(error: Error): void; timer: NodeJS.Timeout };

/** A broker that is alive and does not answer this long is treated as an error: nothing waits for ever. */
const answerTimeoutMs = 60_000;

/** The conductor's end of the control channel. Every request is answered, or rejected with BrokerError. */
export class ControlClient {
  readonly #channel: Duplex;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: BrokerError | null = null;

  constructor(channel: Duplex) {
    this.#channel = channel;
    const split = lineSplitter();
    channel.on('data', (chunk: Buffer) => {
      for (const line of split(chunk)) this.#receive(JSON.parse(line));
    });
    // A write to a broker that has just died; the owner of the process tells why, through `end`.
    channel.on('error', () => undefined);
  }

  /** Resolves when the broker's port is open. */
  async start(config: BrokerConfig): Promise<BrokerStarted> {
    return (await this.#request({ verb: 'start', config })) as BrokerStarted;
  }

  /** Collects the broker's garbage and empties its event-loop-delay histogram; only between rounds. */
  async mark(): Promise<void> {
    await this.#request({ verb: 'mark' });
  }

  /** Answered by a side thread, also while the broker's main loop is blocked. */
  async snapshot(): Promise<BrokerSnapshot> {
    return (await this.#request({ verb: 'snapshot' })) as BrokerSnapshot;
  }

  /** The files that the revocation check reads have been replaced. */
  async reloadRevocation(): Promise<void> {
    await this.#request({ verb: 'reload-revocation' });
  }

  /** Asks the broker to close its connections and exit; the exit is the answer. */
  requestStop(): void {
    this.#request({ verb: 'stop' }).catch(() => undefined);
  }

  /** The broker's process is gone: rejects what is open, and whatever is still asked, with `error`. */
  end(error: BrokerError): void {
    this.#ended = error;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  #request(request: Unnumbered<ControlRequest>): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const seconds = answerTimeoutMs / 1000;
        reject(
          new BrokerError(
            'ERR_BROKER_SILENT',
            `the broker did not answer "${request.verb}" within ${seconds} s`,
          ),
        );
      }, answerTimeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#channel.write(encodeLine({ id, ...request }));
    });
  }

  #receive(reply: ControlReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if ('error' in reply) pending.reject(new BrokerError(reply.error.code, reply.error.message));
    else pending.resolve(reply.answer);
  }
}
