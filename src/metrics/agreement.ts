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
};

/** Counts by value; empty where no handshake came so far. */
export type NegotiatedCounts = {
  protocol: Record<string, number>;
  cipher: Record<string, number>;
  group: Record<string, number>;
  alpn: Record<string, number>;
  resumed: number;
};

const fields = ['protocol', 'cipher', 'group', 'alpn'] as const;

export function noneNegotiated(): NegotiatedCounts {
  return { protocol: {}, cipher: {}, group: {}, alpn: {}, resumed: 0 };
}

export function countAgreement(counts: NegotiatedCounts, agreement: Agreement, times: number): void {
  if (times === 0) return;
  for (const field of fields) {
    const value = agreement[field];
    counts[field][value] = (counts[field][value] ?? 0) + times;
  }
  if (agreement.resumed) counts.resumed += times;
}

export function addNegotiated(all: readonly NegotiatedCounts[]): NegotiatedCounts {
  const sum = noneNegotiated();
  for (const counts of all) {
    for (const field of fields) {
      for (const [value, count] of Object.entries(counts[field]))
        sum[field][value] = (sum[field][value] ?? 0) + count;
    }
    sum.resumed += counts.resumed;
  }
  return sum;
}

/** One line of text, for a recorder's shared memory; `readAgreement` takes it apart. */
export function writeAgreement({ protocol, cipher, group, alpn, resumed }: Agreement): string {
  return [protocol, cipher, group, alpn, resumed ? 'resumed' : 'full'].join(' ');
}

export function readAgreement(text: string): Agreement {
  const [protocol = '', cipher = '', group = '', alpn = '', resumed = ''] = text.split(' ');
  return { protocol, cipher, group, alpn, resumed: resumed === 'resumed' };
}

/** Hands out one object for each combination. */
export class Agreements {
  readonly #known: Agreement[] = [];

  of(protocol: string, cipher: string, group: string, alpn: string, resumed: boolean): Agreement {
    for (const known of this.#known) {
      if (
        known.resumed === resumed &&
        known.cipher === cipher &&
        known.group === group &&
        known.protocol === protocol &&
        known.alpn === alpn
      )
        return known;
    }
    const agreement = { protocol, cipher, group, alpn, resumed };
    this.#known.push(agreement);
    return agreement;
  }
}
