import type { KeyObject } from 'node:crypto';
import type { SignatureScheme } from '../signature-schemes.ts';

/** The messages of the client's flight, in the order in which they are sent. */
export type FlightPart = 'end-of-early-data' | 'certificate' | 'certificate-verify' | 'finished';

/** A record where there may be none, outside of the transcript; everything else is sent as it should be. */
export type Intrusion = {
  where: 'behind-client-hello' | 'before-flight' | 'behind-finished';
  /** `application-data` is what would have been sent behind Finished; it is not said twice. */
  what: 'client-hello' | 'key-update' | 'change-cipher-spec' | 'application-data';
};

/**
 * Something to do wrong. A lie changes one or more steps and leaves the rest of the handshake right, so that the server has one thing to
 * object to. Steps that need nothing from the server are done while an identity is prepared, before any clock starts.
 */
export type Lie = {
  name: string;
  description: string;
  /** What is presented in place of the chain. */
  chain?(chain: readonly Uint8Array[]): Uint8Array[];
  /** What is signed with in place of the key. */
  key?(key: KeyObject): KeyObject;
  /** The code written in place of the scheme that was signed with. */
  claimedScheme?(honest: SignatureScheme): number;
  signature?(signature: Uint8Array): Uint8Array;
  verifyData?(verifyData: Uint8Array): Uint8Array;
  flight?(parts: readonly FlightPart[]): FlightPart[];
  intrusion?: Intrusion;
  /** Falls silent there: nothing more is sent, and the connection stays open until the server has had enough. */
  silentAfter?: 'tcp' | 'client-hello' | 'flight';
  /** Presents the certificate though the server takes no scheme that fits its key. */
  presentsUnasked?: true;
};

/** A lie that breaks the order of messages and nothing else: what RFC 8446 answers with `unexpected_message`. */
export type MessageOrder = Lie & {
  /** Where RFC 8446 forbids it. */
  clause: string;
};
