import type { Duplex } from 'node:stream';
import type { RevokeOrder, ServiceSnapshot } from '../service.ts';
import { ServiceError } from '../service-error.ts';
import {
  type ControlReply,
  type ControlRequest,
  encodeLine,
  lineSplitter,
  type ServiceOrder,
  type ServiceStarted,
} from './protocol.ts';

type Unnumbered<R> = R extends ControlRequest ? Omit<R, 'id'> : never;
type Pending = { resolve(answer: unknown): void; reject(error: Error): void; timer: NodeJS.Timeout };

/** A service that is alive and does not answer this long is treated as an error; signing a whole index ahead takes its time. */
const answerTimeoutMs = 60_000;

/** The other end of a service's control channel. Every request is answered, or rejected with ServiceError. */
export class ServiceControl {
  readonly #channel: Duplex;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: ServiceError | null = null;

  constructor(channel: Duplex) {
    this.#channel = channel;
    const split = lineSplitter();
    channel.on('data', (chunk: Buffer) => {
      for (const line of split(chunk)) this.#receive(JSON.parse(line));
    });
    // A write to a service that has just died; the owner of the process tells why, through `end`.
    channel.on('error', () => undefined);
  }

  async start(order: ServiceOrder): Promise<ServiceStarted> {
    return (await this.#request({ verb: 'start', order })) as ServiceStarted;
  }

  async snapshot(): Promise<ServiceSnapshot> {
    return (await this.#request({ verb: 'snapshot' })) as ServiceSnapshot;
  }

  async revoke(revoke: RevokeOrder): Promise<void> {
    await this.#request({ verb: 'revoke', revoke });
  }

  async setFaults(faults: readonly string[]): Promise<void> {
    await this.#request({ verb: 'faults', faults });
  }

  /** The exit is the answer. */
  requestStop(): void {
    this.#request({ verb: 'stop' }).catch(() => undefined);
  }

  /** The process is gone: rejects what is open, and whatever is still asked, with `error`. */
  end(error: ServiceError): void {
    this.#ended = error;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  #request(request: Unnumbered<ControlRequest>): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const waited = `within ${answerTimeoutMs / 1000} s`;
        reject(
          new ServiceError('ERR_SERVICE_SILENT', `the service did not answer "${request.verb}" ${waited}`),
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
    if ('error' in reply) pending.reject(new ServiceError(reply.error.code, reply.error.message));
    else pending.resolve(reply.answer);
  }
}
