import type { TLSSocket } from 'node:tls';
import type { BrokerConfig } from '../config.ts';
import type { Inquiry, RevocationGuard } from './check.ts';
import { ClientCas } from './client-cas.ts';
import type { RevocationFigures } from './figures.ts';
import { type PeerChain, PeerChains } from './peer-chain.ts';
import { isUnavailable } from './unavailable.ts';

/** What the broker's book is told. */
export type GateEvents = {
  refused(socket: TLSSocket, cause: string): void;
  /** The client has left while its status was asked for. */
  lost(socket: TLSSocket, error: Error): void;
};

/** Established sessions that are looked at in one go, before others are served again. */
const slice = 500;
/** Questions about established sessions that may be open at once, where each has to be asked for. */
const questionsAtOnce = 16;

/** Stands between the handshake and MQTT: asks the guard about each client, and about those inside when others have been revoked. */
export class RevocationGate {
  readonly #guard: RevocationGuard;
  readonly #chains: PeerChains;
  readonly #figures: RevocationFigures;
  readonly #events: GateEvents;
  readonly #verifiesResumed: boolean;
  /** Kept only where sessions are cut. */
  readonly #inside: Map<TLSSocket, PeerChain> | null;
  #cutting = false;
  #cutAgain = false;

  /** `clientCas`: PEM. */
  constructor(
    guard: RevocationGuard,
    { settings }: BrokerConfig,
    clientCas: Buffer,
    figures: RevocationFigures,
    events: GateEvents,
  ) {
    this.#guard = guard;
    this.#chains = new PeerChains(new ClientCas(clientCas));
    this.#figures = figures;
    this.#events = events;
    this.#verifiesResumed = settings.verifyOnResumption;
    const cuts = settings.onRevocation.includes('cut-sessions') && guard.recheck !== null;
    this.#inside = cuts ? new Map() : null;
    if (cuts) figures.count(['sessionsCut']);
  }

  /** Calls `enter` for a client that may pass, at once where nobody has to be asked; ends the connection of any other. */
  pass(socket: TLSSocket, enter: () => void): void {
    const inquiry = this.#inquiryFor(socket);
    if (inquiry === null && this.#inside === null) {
      enter();
      return;
    }
    const chain = this.#chains.of(socket);
    if (this.#inside !== null) {
      this.#inside.set(socket, chain);
      socket.once('close', () => this.#inside?.delete(socket));
    }
    const answer = inquiry === null ? null : inquiry(chain);
    if (answer === null) enter();
    else if (typeof answer === 'string') this.#refuse(socket, answer);
    else void this.#passLater(socket, answer, enter);
  }

  async #passLater(socket: TLSSocket, answer: Promise<string | null>, enter: () => void): Promise<void> {
    // A client that resets the connection meanwhile must not end the process.
    const lost = (error: Error) => this.#events.lost(socket, error);
    socket.on('error', lost);
    const cause = await answer;
    if (cause !== null) this.#refuse(socket, cause);
    if (socket.destroyed) return;
    socket.removeListener('error', lost);
    enter();
  }

  /** More certificates are revoked than before: cuts the sessions of those that are inside, where that is wanted. */
  moreRevoked(): void {
    if (this.#inside === null) return;
    this.#cutAgain = true;
    if (!this.#cutting) void this.#cut(this.#inside);
  }

  /** A resumed session's certificate was verified when the session was made, and is not looked at again unless that is wanted. */
  #inquiryFor(socket: TLSSocket): Inquiry | null {
    const { refusal, recheck } = this.#guard;
    if (refusal === null && recheck === null) return null;
    if (!socket.isSessionReused()) return refusal;
    return this.#verifiesResumed ? (refusal ?? recheck) : null;
  }

  async #cut(inside: ReadonlyMap<TLSSocket, PeerChain>): Promise<void> {
    this.#cutting = true;
    while (this.#cutAgain) {
      this.#cutAgain = false;
      const asked: Promise<void>[] = [];
      let looked = 0;
      for (const [socket, chain] of [...inside]) {
        const answer = this.#guard.recheck?.(chain) ?? null;
        if (typeof answer === 'string') this.#cutSession(socket, answer);
        else if (answer !== null) asked.push(answer.then((cause) => this.#cutSession(socket, cause)));
        looked += 1;
        if (asked.length >= questionsAtOnce) await Promise.all(asked.splice(0));
        else if (looked % slice === 0) await new Promise(setImmediate);
      }
      await Promise.all(asked);
    }
    this.#cutting = false;
  }

  #cutSession(socket: TLSSocket, cause: string | null): void {
    // A responder that is down must not end every session there is.
    if (cause === null || isUnavailable(cause) || socket.destroyed) return;
    this.#figures.add('sessionsCut');
    // A CONNACK that was written is in the book a turn later: such a client has been let in, and knows it.
    if (socket.bytesWritten > 0) setImmediate(() => socket.destroy());
    else this.#refuse(socket, cause);
  }

  /** In the book, whoever has been accepted stays so. */
  #refuse(socket: TLSSocket, cause: string): void {
    this.#events.refused(socket, cause);
    socket.destroy();
  }
}
