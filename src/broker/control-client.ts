import type { Duplex } from 'node:stream';
import { Requester } from '../channel/requester.ts';
import { BrokerError } from './broker-error.ts';
import type { BrokerConfig, BrokerSnapshot } from './config.ts';
import type { BrokerStarted, ControlOrder } from './control.ts';

/** The conductor's end of the broker's control channel. Every request is answered, or rejected with BrokerError. */
export class ControlClient {
  readonly #requester: Requester<ControlOrder>;

  constructor(channel: Duplex) {
    this.#requester = new Requester(channel, {
      who: 'the broker',
      silentCode: 'ERR_BROKER_SILENT',
      asError: (code, message) => new BrokerError(code, message),
    });
  }

  /** Resolves when the broker's port is open. */
  async start(config: BrokerConfig): Promise<BrokerStarted> {
    return (await this.#requester.ask({ verb: 'start', config })) as BrokerStarted;
  }

  /** Collects the broker's garbage and empties its event-loop-delay histogram; only between rounds. */
  async mark(): Promise<void> {
    await this.#requester.ask({ verb: 'mark' });
  }

  /** Answered by a side thread, also while the broker's main loop is blocked. */
  async snapshot(): Promise<BrokerSnapshot> {
    return (await this.#requester.ask({ verb: 'snapshot' })) as BrokerSnapshot;
  }

  /** The files that the revocation check reads have been replaced. */
  async reloadRevocation(): Promise<void> {
    await this.#requester.ask({ verb: 'reload-revocation' });
  }

  /** Asks the broker to close its connections and exit; the exit is the answer. */
  requestStop(): void {
    this.#requester.ask({ verb: 'stop' }).catch(() => undefined);
  }

  /** The broker's process is gone: rejects what is open, and whatever is still asked, with `error`. */
  end(error: BrokerError): void {
    this.#requester.end(error);
  }
}
