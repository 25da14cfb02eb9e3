import type { TLSSocket } from 'node:tls';
import { readTlv } from '../../pki/der-reader.ts';
import type { ClientCas, Link } from './client-cas.ts';
import { PeerCertificate } from './peer-certificate.ts';

/** A client as revocation checks see it: every certificate of its chain but the root, leaf first; none where it has presented none. */
export type PeerChain = { links: readonly Link[]; complete: boolean };

const longestChain = 20;
/** CAs whose clients send them along are few; a stranger can't get here, for its chain has verified. */
const rememberedChains = 1000;

/**
 * Reads chains from connections whose handshake is done and whose certificate has verified. The way that all take whose issuer is in the
 * broker's own CA file costs a few µs; a chain that the client has sent is read from Node's objects, 30 µs a certificate.
 */
export class PeerChains {
  readonly #cas: ClientCas;
  /** A resumed session carries the client's own certificate alone; what was above it is known from the full handshake before. */
  readonly #remembered = new Map<string, readonly Link[]>();

  constructor(cas: ClientCas) {
    this.#cas = cas;
  }

  of(socket: TLSSocket): PeerChain {
    const leaf = leafOf(socket);
    if (leaf === null) return { links: [], complete: true };
    const trusted = this.#cas.issuerOf(leaf);
    if (trusted !== null) return this.#under(leaf, trusted);
    const key = `${leaf.issuer} ${Buffer.from(leaf.authorityKeyId ?? []).toString('latin1')}`;
    const [lowest, ...above] = (socket.isSessionReused() && this.#remembered.get(key)) || [];
    if (lowest !== undefined)
      return { links: [{ certificate: leaf, issuer: lowest.issuer }, ...above], complete: true };
    const chain = this.#sent(socket, leaf);
    if (chain.complete) {
      if (this.#remembered.size >= rememberedChains) this.#remembered.clear();
      this.#remembered.set(key, chain.links);
    }
    return chain;
  }

  #under(certificate: PeerCertificate, issuer: PeerCertificate): PeerChain {
    if (issuer.selfIssued) return { links: [{ certificate, issuer }], complete: true };
    const above = this.#cas.linksAbove(issuer);
    const complete = above.at(-1)?.issuer.selfIssued === true;
    return { links: [{ certificate, issuer }, ...above], complete };
  }

  /** As Node links what the client has sent, each to its issuer, the last to one of the CA file. */
  #sent(socket: TLSSocket, leaf: PeerCertificate): PeerChain {
    const links: Link[] = [];
    let certificate = leaf;
    let object = socket.getPeerCertificate(true);
    while (links.length < longestChain && !certificate.selfIssued) {
      const trusted = this.#cas.issuerOf(certificate);
      if (trusted !== null) {
        const rest = this.#under(certificate, trusted);
        return { links: [...links, ...rest.links], complete: rest.complete };
      }
      const above = object.issuerCertificate;
      const issuer = above === undefined ? null : PeerCertificate.read(above.raw);
      if (above === undefined || issuer === null || above === object) return { links, complete: false };
      links.push({ certificate, issuer });
      object = above;
      certificate = issuer;
    }
    return { links, complete: certificate.selfIssued };
  }
}

/**
 * The client's own certificate, from the session that OpenSSL keeps for it (i2d_SSL_SESSION: `[3]` is the peer's certificate), in full and
 * in resumed handshakes. Where it is not in there, from Node's object, which takes six times as long.
 */
export function leafDer(socket: TLSSocket): Uint8Array | null {
  const session = socket.getSession();
  const outer = session && readTlv(session, 0);
  if (outer) {
    let field = readTlv(session, outer.contents, outer.end);
    while (field !== null && field.tag !== 0xa3) field = readTlv(session, field.end, outer.end);
    if (field !== null) return session.subarray(field.contents, field.end);
  }
  return socket.getPeerCertificate().raw ?? null;
}

function leafOf(socket: TLSSocket): PeerCertificate | null {
  const der = leafDer(socket);
  return der === null ? null : PeerCertificate.read(der);
}
