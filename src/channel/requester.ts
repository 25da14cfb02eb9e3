import type { Duplex } from 'node:stream';
import { encodeLine, lineSplitter } from './lines.ts';

/** What answers a request: each once, by its number. */
export type Reply<Answer = unknown> = { id: number } & (
  | { answer: Answer }
  | { error: { code: string; message: string } }
);

type Pending = { resolve(answer: unknown): void; reject(error: Error): void; timer: NodeJS.Timeout };

/** A process that is alive and does not answer this long is treated as an error: nothing waits for ever. */
const answerTimeoutMs = 60_000;

/** The asking end of a control channel. Every request is answered, or rejected with an error of the kind that `asError` makes. */
export class Requester<Request extends { verb: string }> {
  readonly #channel: Duplex;
  readonly #asError: (code: string, message: string) => Error;
  readonly #silentCode: string;
  readonly #who: string;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: Error | null = null;

  /** `who`: as a sentence names the other end; `silentCode`: of the error where it does not answer. */
  constructor(
    channel: Duplex,
    {
      who,
      silentCode,
      asError,
    }: { who: string; silentCode: string; asError: (code: string, message: string) => Error },
  ) {
    this.#channel = channel;
    this.#asError = asError;
    this.#silentCode = silentCode;
    this.#who = who;
    const split = lineSplitter();
    channel.on('data', (chunk: Buffer) => {
      for (const line of split(chunk)) this.#receive(JSON.parse(line));
    });
    // A write to a process that has just died; its owner tells why, through `end`.
    channel.on('error', () => undefined);
  }

  ask(request: Request): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        const sentence = `${this.#who} did not answer "${request.verb}" within ${answerTimeoutMs / 1000} s`;
        reject(this.#asError(this.#silentCode, sentence));
      }, answerTimeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.#channel.write(encodeLine({ id, ...request }));
    });
  }

  /** The process is gone: rejects what is open, and whatever is still asked, with `error`. */
  end(error: Error): void {
    this.#ended = error;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if ('error' in reply) pending.reject(this.#asError(reply.error.code, reply.error.message));
    else pending.resolve(reply.answer);
  }
}
