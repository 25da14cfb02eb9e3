/**
 * What client and server agreed on in a finished handshake. Made once for each combination and handed out again and again: a recorder
 * counts by identity, not by comparing texts.
 */
export type Agreement = {
  /** `TLSv1.3` or `TLSv1.2`. */
  readonly protocol: string;
  /** As IANA names it, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** `X25519`, `P-256`, …; `unknown` where the driver cannot see it. */
  readonly group: string;
  /** The application protocol, `none` without one. */
  readonly alpn: string;
  /** Whether an earlier session was resumed. */
  readonly resumed: boolean;
  /** Lifetime in seconds of the session ticket that the client offered; `none` where it offered none. */
  readonly ticketLifetime: string;
};

/** Counts by value; empty where no handshake came so far. */
export type NegotiatedCounts = {
  protocol: Record<string, number>;
  cipher: Record<string, number>;
  group: Record<string, number>;
  alpn: Record<string, number>;
  resumed: number;
  /** Handshakes in which a ticket was offered, by its lifetime in seconds. */
  ticketLifetimeS: Record<string, number>;
};

const fields = ['protocol', 'cipher', 'group', 'alpn'] as const;

export function noneNegotiated(): NegotiatedCounts {
  return { protocol: {}, cipher: {}, group: {}, alpn: {}, resumed: 0, ticketLifetimeS: {} };
}

export function countAgreement(counts: NegotiatedCounts, agreement: Agreement, times: number): void {
  if (times === 0) return;
  for (const field of fields) {
    const value = agreement[field];
    counts[field][value] = (counts[field][value] ?? 0) + times;
  }
  if (agreement.resumed) counts.resumed += times;
  const { ticketLifetime } = agreement;
  if (ticketLifetime === 'none') return;
  counts.ticketLifetimeS[ticketLifetime] = (counts.ticketLifetimeS[ticketLifetime] ?? 0) + times;
}

export function addNegotiated(all: readonly NegotiatedCounts[]): NegotiatedCounts {
  const sum = noneNegotiated();
  for (const counts of all) {
    for (const field of fields) {
      for (const [value, count] of Object.entries(counts[field]))
        sum[field][value] = (sum[field][value] ?? 0) + count;
    }
    for (const [lifetime, count] of Object.entries(counts.ticketLifetimeS))
      sum.ticketLifetimeS[lifetime] = (sum.ticketLifetimeS[lifetime] ?? 0) + count;
    sum.resumed += counts.resumed;
  }
  return sum;
}

/** One line of text, for a recorder's shared memory; `readAgreement` takes it apart. */
export function writeAgreement(agreement: Agreement): string {
  const { protocol, cipher, group, alpn, resumed, ticketLifetime } = agreement;
  return [protocol, cipher, group, alpn, resumed ? 'resumed' : 'full', ticketLifetime].join(' ');
}

export function readAgreement(text: string): Agreement {
  const [protocol = '', cipher = '', group = '', alpn = '', resumed = '', ticketLifetime = 'none'] =
    text.split(' ');
  return { protocol, cipher, group, alpn, resumed: resumed === 'resumed', ticketLifetime };
}

/** Hands out one object for each combination. */
export class Agreements {
  readonly #known: Agreement[] = [];

  of(
    protocol: string,
    cipher: string,
    group: string,
    alpn: string,
    resumed: boolean,
    ticketLifetime = 'none',
  ): Agreement {
    for (const known of this.#known) {
      if (
        known.resumed === resumed &&
        known.cipher === cipher &&
        known.group === group &&
        known.protocol === protocol &&
        known.alpn === alpn &&
        known.ticketLifetime === ticketLifetime
      )
        return known;
    }
    const agreement = { protocol, cipher, group, alpn, resumed, ticketLifetime };
    this.#known.push(agreement);
    return agreement;
  }
}
