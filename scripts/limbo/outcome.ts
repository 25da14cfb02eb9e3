/** What came of presenting a case to a broker. */
export type Outcome =
  | { kind: 'accepted' }
  /** The broker refused in the handshake and named the cause. */
  | { kind: 'tls-alert'; alert: string }
  /** The broker closed or reset the connection without a word. */
  | { kind: 'closed' }
  | { kind: 'connack-refused'; code: number }
  /** The broker does not even start with these roots and CRLs. */
  | { kind: 'not-started'; why: string }
  /** The broker's process ended: it is started anew for the next case. */
  | { kind: 'died'; why: string }
  /** No verdict within the time limit. */
  | { kind: 'hung'; why: string }
  /** Something of our own failed, which says nothing about the broker. */
  | { kind: 'local-error'; why: string };

/** How the client was able to present the case. */
export type Shown = {
  /** False where the client sent its certificate without a CertificateVerify, having no key that TLS 1.3 could use. */
  signed: boolean;
  /** False where the server takes no signature scheme of this key, so that the client had to send an empty list (RFC 8446, 4.4.2.3). */
  certificateSent: boolean;
};

export type Presented = { outcome: Outcome; shown: Shown; brokerSays: string | null };

/** For a table: `accepted`, `bad_certificate`, `closed`, … */
export function outcomeWord(outcome: Outcome): string {
  if (outcome.kind === 'tls-alert') return outcome.alert;
  if (outcome.kind === 'connack-refused') return `connack ${outcome.code}`;
  return outcome.kind;
}

/** Whether the client was turned away; null where the broker gave no verdict. A broker that does not start lets nobody in. */
export function refusedBy({ kind }: Outcome): boolean | null {
  if (kind === 'accepted') return false;
  if (kind === 'died' || kind === 'hung' || kind === 'local-error') return null;
  return true;
}
