import type { Outcome } from '../../metrics/recorder.ts';
import type { AttemptListener, SessionListener } from './driver.ts';

/** The client of an attempt, as far as the attempt's end concerns it. */
export type TicketHolder<Ticket> = {
  readonly resumes: boolean;
  /** The newest session ticket, kept where the client is to resume. */
  ticket: Ticket | undefined;
};

/** How long a client that wants a ticket stays for one after its CONNACK, where none came with it. */
const ticketWaitMs = 50;

/**
 * How an attempt ends, whatever it was made with: it is told one outcome, hands over to a session where the client is to stay, keeps a ticket
 * that came and drops one that was of no use, and leaves when there is nothing more to wait for.
 */
export abstract class DriverAttempt<Ticket, Owner extends TicketHolder<Ticket>> {
  protected readonly client: Owner;
  protected readonly listener: AttemptListener;
  /** The ticket that is offered, until it has proved itself. */
  protected readonly offered: Ticket | undefined;
  /** Told its outcome, or told to stop: whatever happens now is no news. */
  protected over = false;
  /** Who listens once the client has its CONNACK and stays. */
  protected session: SessionListener | undefined;
  #ticketCame = false;
  #leaving: NodeJS.Timeout | undefined;

  constructor(client: Owner, listener: AttemptListener, offerTicket: boolean) {
    this.client = client;
    this.listener = listener;
    this.offered = offerTicket ? client.ticket : undefined;
  }

  /** Whether the server took the ticket. */
  protected abstract readonly resumed: boolean;

  /** MQTT 3.1.1, 3.14.4: a client says DISCONNECT, then closes. After a refusal there would be no session to end. */
  protected abstract disconnect(): void;

  protected keepTicket(ticket: Ticket): void {
    this.client.ticket = ticket;
    this.#ticketCame = true;
    if (this.#leaving !== undefined) this.#leave();
  }

  /** Let in: who listens from now on is told what came behind the CONNACK; whom nobody listens to leaves. */
  protected goOn(rest: Uint8Array | undefined): void {
    if (this.session === undefined) this.leaveWithTicket();
    else if (rest !== undefined) this.session.received(rest);
  }

  /** At once, or when it has got the ticket that it wants. */
  protected leaveWithTicket(): void {
    if (this.client.resumes && !this.#ticketCame && !this.resumed)
      this.#leaving = setTimeout(() => this.#leave(), ticketWaitMs);
    else this.#leave();
  }

  #leave(): void {
    this.stopWaiting();
    this.disconnect();
  }

  /** Its connection has ended: no ticket will come. */
  protected stopWaiting(): void {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
  }

  /** Told to stop: nobody is told anything any more. */
  protected silence(): void {
    this.over = true;
    this.session = undefined;
  }

  /** Whether there is a session; if so it ends by its client's will, so that nobody is told that it is lost. */
  protected endSession(): boolean {
    const held = this.session !== undefined;
    this.session = undefined;
    return held;
  }

  /** The first time it is the attempt's outcome; afterwards the end of what is held. */
  protected end(outcome: Outcome, atMs: number): void {
    if (this.over) {
      const { session } = this;
      this.session = undefined;
      session?.lost();
      return;
    }
    this.over = true;
    const { client, offered } = this;
    const useless = !this.resumed || outcome.kind !== 'accepted';
    if (useless && offered !== undefined && client.ticket === offered) client.ticket = undefined;
    this.session = this.listener.ended(outcome, atMs);
  }
}
