import type { BrokerConfig } from '../../config.ts';
import type { Inquiry } from '../check.ts';
import type { RevocationFigures } from '../figures.ts';
import type { PeerCertificate } from '../peer-certificate.ts';
import type { PeerChain } from '../peer-chain.ts';
import { unavailable } from '../unavailable.ts';
import { ListIndex } from './list-index.ts';
import type { StoredList } from './list-store.ts';

/** What the lists say of a whole chain; a CA whose lists have to be verified first. */
type Answer = 'good' | 'revoked' | 'uncovered' | PeerCertificate;

/** Looks clients up in the lists in use: refuses with `crl-revoked`, or `crl-unavailable` where no list covers one of its certificates. */
export class ListInquiry {
  readonly #onUnavailable: BrokerConfig['settings']['onUnavailable'];
  readonly #figures: RevocationFigures;
  readonly #prove: (certificate: Uint8Array) => Promise<void>;
  #index = new ListIndex([]);
  /** CAs, sent along by clients, that are asked about just now; and those that were in vain since the lists have changed. */
  readonly #proofs = new Map<string, Promise<void>>();
  readonly #vain = new Set<string>();

  /** `prove`: resolves when the lists that a CA (DER) has signed are known to be its, and `use` has been called with them. */
  constructor(
    { settings }: BrokerConfig,
    figures: RevocationFigures,
    prove: (certificate: Uint8Array) => Promise<void>,
  ) {
    this.#onUnavailable = settings.onUnavailable;
    this.#figures = figures;
    this.#prove = prove;
  }

  /** Every inquiry from here on goes by these. */
  use(lists: readonly StoredList[]): void {
    this.#index = new ListIndex(lists);
    this.#vain.clear();
  }

  readonly inquire: Inquiry = (client) => {
    const answer = this.#ask(client);
    return typeof answer === 'string' ? this.#verdict(answer) : this.#afterProof(client, answer);
  };

  async #afterProof(client: PeerChain, unproven: PeerCertificate): Promise<string | null> {
    let answer: Answer = unproven;
    while (typeof answer !== 'string') {
      const ca: PeerCertificate = answer;
      await this.#proofOf(ca);
      answer = this.#ask(client);
      if (answer !== ca) continue;
      // No list of its name is its.
      this.#vain.add(ca.keyedName);
      answer = this.#ask(client);
    }
    return this.#verdict(answer);
  }

  #proofOf(ca: PeerCertificate): Promise<void> {
    const running = this.#proofs.get(ca.keyedName);
    if (running !== undefined) return running;
    const proof = this.#prove(Uint8Array.from(ca.der)).finally(() => this.#proofs.delete(ca.keyedName));
    this.#proofs.set(ca.keyedName, proof);
    return proof;
  }

  #ask({ links, complete }: PeerChain): Answer {
    const nowMs = Date.now();
    let covered = complete;
    let unproven: PeerCertificate | null = null;
    for (const link of links) {
      const listing = this.#index.ask(link, nowMs);
      if (listing === 'revoked') return 'revoked';
      if (listing === 'unproven' && !this.#vain.has(link.issuer.keyedName)) unproven ??= link.issuer;
      else if (listing !== 'good') covered = false;
    }
    return unproven ?? (covered ? 'good' : 'uncovered');
  }

  #verdict(answer: 'good' | 'revoked' | 'uncovered'): string | null {
    if (answer === 'good') return null;
    if (answer === 'revoked') return 'crl-revoked';
    return unavailable('crl-unavailable', this.#onUnavailable, this.#figures);
  }
}
