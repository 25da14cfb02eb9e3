import { Worker } from 'node:worker_threads';
import { BrokerError } from '../../broker-error.ts';
import type { BrokerConfig } from '../../config.ts';
import { expectReadable } from '../../config-file.ts';
import type { RevocationFigures } from '../figures.ts';
import type { KeeperMessage, KeeperOrder, KeeperRequest, ListsChange } from './keeper-messages.ts';
import type { ListUse } from './list-store.ts';

type Unnumbered<R> = R extends KeeperRequest ? Omit<R, 'id'> : never;

/** The keeper of CRLs, seen from the thread that serves. */
export class ListKeeper {
  readonly #thread: Worker;
  readonly #pending = new Map<number, (unreadable: string | null) => void>();
  readonly #polls: boolean;
  #lastId = 0;

  private constructor(order: KeeperOrder, onLists: (change: ListsChange) => void) {
    this.#polls = order.settings.source === 'http';
    const entry = new URL(
      import.meta.url.endsWith('.ts') ? './keeper-thread.ts' : './keeper-thread.js',
      import.meta.url,
    );
    this.#thread = new Worker(entry, { workerData: order });
    this.#thread.on('message', (message: KeeperMessage) => {
      if (message.kind === 'lists') onLists(message);
      else this.#pending.get(message.id)?.(message.unreadable);
    });
    this.#thread.on('error', (error) => {
      // The lists would grow old unseen.
      process.stderr.write(`the broker's keeper of CRLs failed: ${error.stack ?? error.message}\n`);
      process.exit(1);
    });
  }

  /** Resolves when the first lists are there, or can't be had. Throws BrokerError where the file that the user has named holds none. */
  static async start(
    { clientCaFile, crlFile, crlUrl, settings }: BrokerConfig,
    figures: RevocationFigures,
    use: ListUse,
    onLists: (change: ListsChange) => void,
  ): Promise<ListKeeper> {
    const place = settings.crl.source === 'http' ? crlUrl : crlFile;
    if (place === null)
      throw new BrokerError(
        'ERR_BROKER_CRL',
        "the CRL is to come over HTTP, and there is no address: run a service 'crl', or set broker.crl.source to 'file'",
      );
    if (settings.crl.source === 'file') await expectReadable('CRL', crlFile);
    const order = { clientCaFile, place, settings: settings.crl, use, figures: figures.memory };
    const keeper = new ListKeeper(order, onLists);
    const unreadable = await keeper.#request({ verb: 'load' });
    if (unreadable !== null && settings.crl.source === 'file') {
      await keeper.close();
      throw new BrokerError(
        'ERR_BROKER_CRL',
        `${crlFile} holds no CRL that the broker can use: ${unreadable}`,
      );
    }
    return keeper;
  }

  /** The file has been replaced. A distribution point is asked when its next poll is due, whatever anybody says. */
  async reload(): Promise<void> {
    if (!this.#polls) await this.#request({ verb: 'load' });
  }

  /** A CA that a client has sent along: resolves when the lists that it has signed are known to be its. */
  async prove(certificate: Uint8Array): Promise<void> {
    await this.#request({ verb: 'prove', certificate });
  }

  async close(): Promise<void> {
    await this.#request({ verb: 'close' });
    await this.#thread.terminate();
  }

  #request(request: Unnumbered<KeeperRequest>): Promise<string | null> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.set(id, (unreadable) => {
        this.#pending.delete(id);
        resolve(unreadable);
      });
      this.#thread.postMessage({ id, ...request });
    });
  }
}
