import type { CipherSuite } from './crypto/cipher-suites.ts';
import type { SuiteHash } from './crypto/hkdf.ts';
import type { HmacKey } from './crypto/hmac.ts';
import { binderKey, ticketPsk, verifyData } from './key-schedule.ts';
import type { ClientHelloLayout, OfferedPsk } from './messages/client-hello.ts';
import type { NewSessionTicket } from './messages/new-session-ticket.ts';

/** What a NewSessionTicket leaves behind: enough to resume once (RFC 8446, section 4.6.1). Holds a secret; lives in memory only. */
export type Session = {
  suite: CipherSuite;
  psk: Uint8Array;
  ticket: Uint8Array;
  ageAdd: number;
  lifetimeSeconds: number;
  /** Date.now() when it came. */
  receivedAt: number;
  /** Whether the server of the handshake it came from was authenticated. */
  verified: boolean;
};

export function sessionOf(
  suite: CipherSuite,
  resumptionSecret: HmacKey,
  ticket: NewSessionTicket,
  verified: boolean,
): Session {
  return {
    suite,
    psk: Uint8Array.from(ticketPsk(suite.hash, resumptionSecret, ticket.nonce)),
    ticket: Uint8Array.from(ticket.ticket),
    ageAdd: ticket.ageAdd,
    lifetimeSeconds: ticket.lifetimeSeconds,
    receivedAt: Date.now(),
    verified,
  };
}

/** The PSK's place in a ClientHello; the binder follows when the message stands. */
export function offeredPsk(session: Session): OfferedPsk {
  return {
    identity: session.ticket,
    obfuscatedTicketAge: (Date.now() - session.receivedAt + session.ageAdd) % 0x1_0000_0000,
    binderLength: session.suite.hash.length,
  };
}

/** Fills the binder in (section 4.2.11.2). `before`: the transcript before this ClientHello, empty without a HelloRetryRequest. */
export function bind(session: Session, layout: ClientHelloLayout, before: Uint8Array): void {
  const { hash } = session.suite;
  const truncated = layout.message.subarray(0, layout.truncatedAt);
  layout.message.set(binder(hash, session.psk, Buffer.concat([before, truncated])), layout.binderAt);
}

/** PskBinderEntry over a truncated transcript. */
export function binder(hash: SuiteHash, psk: Uint8Array, truncatedTranscript: Uint8Array): Uint8Array {
  return verifyData(hash, binderKey(hash, psk), hash.digest(truncatedTranscript));
}
