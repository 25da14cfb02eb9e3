import { hash } from 'node:crypto';
import { pem } from '../../../pki/pem.ts';
import { ClientCas } from '../client-cas.ts';
import type { RevocationFigures } from '../figures.ts';
import { PeerCertificate } from '../peer-certificate.ts';
import { pemTexts } from '../pem-blocks.ts';
import {
  type CertificateList,
  type CrlScope,
  readCertificateList,
  signatureTrouble,
} from './certificate-list.ts';
import { type ListedSerials, readEntries } from './entries.ts';
import type { SerialSetMemory } from './serial-set.ts';
import { CrlTrouble } from './trouble.ts';

/** A CRL in use, as the thread that asks it has it. */
export type StoredList = {
  /** Name (DER as latin1) of its issuer, and the CAs (`PeerCertificate.keyedName`) whose key its signature was verified with. */
  issuer: string;
  provenBy: readonly string[];
  scope: CrlScope;
  scopeKey: string;
  crlNumber: bigint | null;
  baseCrlNumber: bigint | null;
  thisUpdateMs: number;
  nextUpdateMs: number | null;
  revoked: SerialSetMemory;
  removed: SerialSetMemory | null;
};

/** What a keeper makes of lists: sets to look up in, or texts (PEM) for OpenSSL, or both. */
export type ListUse = { sets: boolean; texts: boolean };

type Held = {
  list: Omit<CertificateList, 'der'>;
  /** Kept for as long as a CA may turn up that has signed it: one that clients send along. */
  der: Uint8Array | null;
  bytes: number;
  digest: string;
  provenBy: Set<string>;
  serials: ListedSerials;
  text: Buffer | null;
};

export type Taken = { changed: boolean; moreRevoked: boolean; troubles: CrlTrouble[] };

/**
 * The CRLs in use, by issuer and scope: what is read anew takes the place of what is there only where it is good and not older. For the
 * keeper's thread: everything here takes its time.
 */
export class ListStore {
  readonly #cas: ClientCas;
  readonly #use: ListUse;
  readonly #held = new Map<string, Held>();

  /** `clientCas`: PEM. */
  constructor(clientCas: Buffer, use: ListUse) {
    this.#cas = new ClientCas(clientCas);
    this.#use = use;
  }

  /** Takes in a file or an answer: CRLs in PEM, or one in DER. What is wrong with one list does not harm the others. */
  take(body: Buffer, nowMs: number): Taken {
    const taken: Taken = { changed: false, moreRevoked: false, troubles: [] };
    const refuse = (trouble: CrlTrouble) => taken.troubles.push(trouble);
    const attempt = <T>(step: () => T): T | null => {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof CrlTrouble)) throw error;
        refuse(error);
        return null;
      }
    };
    const lists = listsIn(body).flatMap(({ der, text }) => {
      const list = attempt(() => readCertificateList(der));
      return list === null ? [] : [{ list, text }];
    });
    const ofClientCas = lists.some(({ list }) => this.#cas.named(list.issuer).length > 0);
    if (lists.length === 0 && taken.troubles.length === 0) refuse(notACrl(body));
    // Beside those of the CAs of the file, it may be of a CA that clients send along.
    if (lists.length > 0 && !ofClientCas)
      refuse(
        new CrlTrouble('crl-other-issuer', 'it is signed by none of the CAs that clients are trusted by'),
      );
    for (const { list, text } of ofClientCas ? lists : []) {
      const found = attempt(() => this.#takeList(list, text, nowMs));
      taken.changed ||= found?.changed === true;
      taken.moreRevoked ||= found?.moreRevoked === true;
    }
    return taken;
  }

  /** A CA that a client has sent along and whose certificate has verified (DER): whether lists are now known to be its. */
  prove(certificate: Uint8Array): boolean {
    const ca = PeerCertificate.read(certificate);
    let proven = false;
    for (const held of ca === null ? [] : this.#held.values()) {
      if (ca === null || held.list.issuer !== ca.subject || held.der === null) continue;
      if (signatureTrouble({ ...held.list, der: held.der }, ca) !== null) continue;
      held.provenBy.add(ca.keyedName);
      proven = true;
    }
    return proven;
  }

  get lists(): StoredList[] {
    return [...this.#held.values()].map(({ list, provenBy, serials }) => ({
      issuer: list.issuer,
      provenBy: [...provenBy],
      scope: list.scope,
      scopeKey: list.scopeKey,
      crlNumber: list.crlNumber,
      baseCrlNumber: list.baseCrlNumber,
      thisUpdateMs: list.thisUpdateMs,
      nextUpdateMs: list.nextUpdateMs,
      revoked: serials.revoked.memory,
      removed: serials.removed?.memory ?? null,
    }));
  }

  /** PEM, one each; of deltas none, which OpenSSL would have to be told to use. */
  get texts(): Buffer[] {
    return [...this.#held.values()].flatMap(({ text, list }) =>
      text === null || list.baseCrlNumber !== null ? [] : [text],
    );
  }

  /** There is no list, or one has run out and no other has taken its place. */
  isWanting(nowMs: number): boolean {
    const all = [...this.#held.values()];
    return (
      all.length === 0 ||
      all.some(({ list: { nextUpdateMs } }) => nextUpdateMs !== null && nextUpdateMs < nowMs)
    );
  }

  /** The next moment at which a list runs out; null where none will. */
  nextEndMs(nowMs: number): number | null {
    const ends = [...this.#held.values()].flatMap(({ list: { nextUpdateMs } }) =>
      nextUpdateMs === null || nextUpdateMs <= nowMs ? [] : [nextUpdateMs],
    );
    return ends.length === 0 ? null : Math.min(...ends);
  }

  record(figures: RevocationFigures): void {
    const all = [...this.#held.values()];
    const sum = (of: (held: Held) => number) => all.reduce((total, held) => total + of(held), 0);
    figures.set(
      'entries',
      sum(({ serials }) => serials.revoked.size),
    );
    figures.set(
      'bytes',
      sum(({ bytes }) => bytes),
    );
    if (this.#use.sets)
      figures.set(
        'memoryBytes',
        sum(({ serials }) => serials.revoked.bytes + (serials.removed?.bytes ?? 0)),
      );
    if (all.length > 0) figures.set('thisUpdateMs', Math.max(...all.map(({ list }) => list.thisUpdateMs)));
  }

  #takeList(list: CertificateList, text: Buffer | null, nowMs: number): Omit<Taken, 'troubles'> {
    const digest = hash('sha256', list.der, 'base64');
    const key = `${list.issuer}\n${list.scopeKey}`;
    const old = this.#held.get(key);
    if (old?.digest === digest) return { changed: false, moreRevoked: false };
    checkTimes(list, nowMs);
    const candidates = this.#cas.named(list.issuer);
    const provenBy = provers(list, candidates);
    if (old !== undefined) checkNewer(list, old.list);
    const serials = readEntries(list);
    const { der, ...rest } = list;
    this.#held.set(key, {
      list: rest,
      der: candidates.length === 0 ? der : null,
      bytes: der.length,
      digest,
      provenBy: new Set(provenBy),
      serials,
      text: this.#use.texts ? (text ?? pem('X509 CRL', der)) : null,
    });
    const moreRevoked = old ? serials.revoked.hasMoreThan(old.serials.revoked) : serials.revoked.size > 0;
    return { changed: true, moreRevoked };
  }
}

/** What is in a file or an answer. The text is copied: the lists of a file must not keep each other in memory. */
function listsIn(body: Buffer): { der: Uint8Array; text: Buffer | null }[] {
  if (body[0] === 0x30) return [{ der: body, text: null }];
  return pemTexts(body, 'X509 CRL').map((text) => {
    const [begin, end] = [text.indexOf('\n', 0, 'latin1'), text.lastIndexOf('-----END', undefined, 'latin1')];
    return { der: Buffer.from(text.toString('latin1', begin, end), 'base64'), text: Buffer.from(text) };
  });
}

function notACrl(body: Buffer): CrlTrouble {
  const isHtml = /^\s*(?:<!doctype\s+html|<html)/i.test(body.toString('latin1', 0, 200));
  return isHtml
    ? new CrlTrouble('crl-html', 'it is a page in HTML')
    : new CrlTrouble('crl-unreadable', 'it holds no CRL, in PEM ("-----BEGIN X509 CRL-----") or in DER');
}

function checkTimes({ thisUpdateMs, nextUpdateMs }: CertificateList, nowMs: number): void {
  const day = (ms: number) => new Date(ms).toISOString();
  if (nextUpdateMs !== null && nextUpdateMs < nowMs)
    throw new CrlTrouble('crl-expired', `its nextUpdate was ${day(nextUpdateMs)}`);
  if (thisUpdateMs > nowMs)
    throw new CrlTrouble('crl-not-yet-valid', `its thisUpdate is ${day(thisUpdateMs)}, which lies ahead`);
}

/** RFC 5280 5.2.3: numbers rise; where there are none, the times do. */
function checkNewer(list: CertificateList, old: Held['list']): void {
  const [number, before] = [list.crlNumber, old.crlNumber];
  if (before !== null && (number === null || number < before))
    throw new CrlTrouble(
      'crl-lower-number',
      `its number is ${number ?? 'missing'}, that of the list in use ${before}`,
    );
  if (number === before && list.thisUpdateMs < old.thisUpdateMs)
    throw new CrlTrouble('crl-lower-number', 'it was issued before the list in use');
}

/** The CAs of the file that have signed the list. Throws CrlTrouble where there are some of its issuer's name and none has. */
function provers(list: CertificateList, candidates: readonly PeerCertificate[]): string[] {
  let trouble: CrlTrouble | null = null;
  const found: string[] = [];
  for (const ca of candidates) {
    const wrong = signatureTrouble(list, ca);
    if (wrong === null) found.push(ca.keyedName);
    else trouble = wrong;
  }
  if (found.length === 0 && trouble !== null) throw trouble;
  return found;
}
