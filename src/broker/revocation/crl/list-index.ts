import type { Link } from '../client-cas.ts';
import type { PeerCertificate } from '../peer-certificate.ts';
import type { CrlScope } from './certificate-list.ts';
import type { StoredList } from './list-store.ts';
import { SerialSet } from './serial-set.ts';

type Listed = {
  list: StoredList;
  revoked: SerialSet;
  removed: SerialSet | null;
  /** The delta that changes it. */
  delta: Listed | null;
};

/** What the lists say of one certificate. `unproven`: there is one of its issuer's name that no one has verified yet. */
export type Listing = 'good' | 'revoked' | 'uncovered' | 'unproven';

/** The lists in use, to be asked for each client: a map by CA, then a lookup or two. Made anew, in µs, when a list has changed. */
export class ListIndex {
  readonly #byCa = new Map<string, Listed[]>();
  readonly #unproven = new Set<string>();

  constructor(lists: readonly StoredList[]) {
    const all = lists.map((list) => ({
      list,
      revoked: new SerialSet(list.revoked),
      removed: list.removed && new SerialSet(list.removed),
      delta: null,
    }));
    for (const listed of all) {
      if (listed.list.provenBy.length === 0) this.#unproven.add(listed.list.issuer);
      for (const ca of listed.list.provenBy) {
        const same = this.#byCa.get(ca);
        if (same === undefined) this.#byCa.set(ca, [listed]);
        else same.push(listed);
      }
    }
    for (const [ca, ofCa] of this.#byCa) this.#byCa.set(ca, withDeltas(ofCa));
  }

  /** `nowMs`: a list whose nextUpdate has passed covers nothing any more. */
  ask({ certificate, issuer }: Link, nowMs: number): Listing {
    const lists = this.#byCa.get(issuer.keyedName);
    if (lists === undefined) return this.#unproven.has(issuer.subject) ? 'unproven' : 'uncovered';
    let covered = false;
    for (const listed of lists) {
      if (hasRunOut(listed, nowMs) || !covers(listed.list.scope, certificate)) continue;
      covered = true;
      if (isListed(listed, certificate.serialNumber, nowMs)) return 'revoked';
    }
    return covered ? 'good' : 'uncovered';
  }
}

/** Complete lists alone, each with the delta that changes it (RFC 5280 5.2.4): same scope, its base at hand, and newer. */
function withDeltas(lists: readonly Listed[]): Listed[] {
  const deltas = lists.filter(({ list }) => list.baseCrlNumber !== null);
  return lists
    .filter(({ list }) => list.baseCrlNumber === null)
    .map((complete) => ({
      ...complete,
      delta: deltas.find(({ list }) => changes(list, complete.list)) ?? null,
    }));
}

function changes(delta: StoredList, complete: StoredList): boolean {
  const [number, base] = [complete.crlNumber, delta.baseCrlNumber];
  if (number === null || base === null || number < base || (delta.crlNumber ?? 0n) <= number) return false;
  return delta.scopeKey === `delta ${complete.scopeKey}`;
}

const hasRunOut = ({ list }: Listed, nowMs: number): boolean =>
  list.nextUpdateMs !== null && list.nextUpdateMs < nowMs;

function isListed({ revoked, delta }: Listed, serialNumber: Uint8Array, nowMs: number): boolean {
  if (delta !== null && !hasRunOut(delta, nowMs)) {
    if (delta.revoked.has(serialNumber)) return true;
    if (delta.removed?.has(serialNumber)) return false;
  }
  return revoked.has(serialNumber);
}

/** RFC 5280 6.3.3 (b)(2), as OpenSSL goes about it. */
function covers({ names, only }: CrlScope, certificate: PeerCertificate): boolean {
  if (only !== null && (only === 'cas') !== certificate.isCa) return false;
  if (names === null) return true;
  return certificate.distributionPoints.some(
    (point) => !point.crlIssuer && (point.names === null || point.names.some((name) => names.includes(name))),
  );
}
