import type { Link } from '../client-cas.ts';
import { latin1 } from '../peer-certificate.ts';
import type { OcspAnswer } from './asker.ts';

type Remembered = Extract<OcspAnswer, { status: unknown }>;

/** Some 200 octets each. Beyond them whoever has not been asked about for longest is forgotten. */
const mostAnswers = 200_000;

/** Answers until their nextUpdate, and one question for each certificate at a time, however many clients wait for it. */
export class AnswerMemory {
  readonly #ask: (link: Link) => Promise<OcspAnswer>;
  readonly #most: number;
  /** In the order in which they were last asked for. */
  readonly #answers = new Map<string, Remembered>();
  readonly #open = new Map<string, Promise<OcspAnswer>>();

  constructor(ask: (link: Link) => Promise<OcspAnswer>, most = mostAnswers) {
    this.#ask = ask;
    this.#most = most;
  }

  get size(): number {
    return this.#answers.size;
  }

  /** What is remembered, or null. */
  recall(link: Link, nowMs: number): Remembered | null {
    const key = keyOf(link);
    const answer = this.#answers.get(key);
    if (answer === undefined) return null;
    this.#answers.delete(key);
    if (answer.untilMs === null || answer.untilMs < nowMs) return null;
    this.#answers.set(key, answer);
    return answer;
  }

  /** Asks, or waits with those who have asked already. */
  ask(link: Link): Promise<OcspAnswer> {
    const key = keyOf(link);
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const question = this.#ask(link).then((answer) => {
      this.#open.delete(key);
      if ('status' in answer) this.#remember(key, answer);
      return answer;
    });
    this.#open.set(key, question);
    return question;
  }

  #remember(key: string, answer: Remembered): void {
    this.#answers.delete(key);
    if (answer.untilMs === null) return;
    this.#answers.set(key, answer);
    if (this.#answers.size <= this.#most) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}

const keyOf = ({ certificate, issuer }: Link): string =>
  `${issuer.keyedName}${latin1(certificate.serialNumber)}`;
