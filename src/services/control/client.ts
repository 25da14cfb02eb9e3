import type { Duplex } from 'node:stream';
import { Requester } from '../../channel/requester.ts';
import type { RevokeOrder, ServiceSnapshot } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import type { ControlOrder, ServiceOrder, ServiceStarted } from './protocol.ts';

/** The other end of a service's control channel. Every request is answered, or rejected with ServiceError. */
export class ServiceControl {
  readonly #requester: Requester<ControlOrder>;

  constructor(channel: Duplex) {
    this.#requester = new Requester(channel, {
      who: 'the service',
      silentCode: 'ERR_SERVICE_SILENT',
      asError: (code, message) => new ServiceError(code, message),
    });
  }

  /** Resolves when the service listens; signing a whole index ahead takes its time. */
  async start(order: ServiceOrder): Promise<ServiceStarted> {
    return (await this.#requester.ask({ verb: 'start', order })) as ServiceStarted;
  }

  async snapshot(): Promise<ServiceSnapshot> {
    return (await this.#requester.ask({ verb: 'snapshot' })) as ServiceSnapshot;
  }

  async revoke(revoke: RevokeOrder): Promise<void> {
    await this.#requester.ask({ verb: 'revoke', revoke });
  }

  async setFaults(faults: readonly string[]): Promise<void> {
    await this.#requester.ask({ verb: 'faults', faults });
  }

  /** The exit is the answer. */
  requestStop(): void {
    this.#requester.ask({ verb: 'stop' }).catch(() => undefined);
  }

  /** The process is gone: rejects what is open, and whatever is still asked, with `error`. */
  end(error: ServiceError): void {
    this.#requester.end(error);
  }
}
