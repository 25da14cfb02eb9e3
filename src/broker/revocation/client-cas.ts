import { PeerCertificate } from './peer-certificate.ts';
import { pemBlocks } from './pem-blocks.ts';

/** A certificate of a client's chain and the CA that has issued it. */
export type Link = { certificate: PeerCertificate; issuer: PeerCertificate };

/** The CAs that the broker trusts for clients, and those above them in the same file. */
export class ClientCas {
  readonly certificates: readonly PeerCertificate[];
  readonly #bySubject = new Map<string, PeerCertificate[]>();
  /** Of a name that no other CA of the file has. */
  #latest: PeerCertificate | null = null;

  /** `pem`: the file of client CAs. What can't be read in it is passed over, as OpenSSL does. */
  constructor(pem: Buffer) {
    this.certificates = pemBlocks(pem, 'CERTIFICATE').flatMap((der) => PeerCertificate.read(der) ?? []);
    for (const certificate of this.certificates) {
      const same = this.#bySubject.get(certificate.subject);
      if (same === undefined) this.#bySubject.set(certificate.subject, [certificate]);
      else same.push(certificate);
    }
  }

  /** Of a name (DER as latin1). */
  named(subject: string): readonly PeerCertificate[] {
    return this.#bySubject.get(subject) ?? [];
  }

  /** The one CA of the file that can have issued a certificate; null where that is open to doubt, or none. */
  issuerOf(certificate: PeerCertificate): PeerCertificate | null {
    const only = this.#onlyOneNamedAsIssuerOf(certificate);
    if (only === null) return null;
    const [wanted, its] = [certificate.authorityKeyId, only.subjectKeyId];
    return wanted === null || its === null || Buffer.compare(wanted, its) === 0 ? only : null;
  }

  /** Most clients have the issuer that the one before had: its name is compared in place, without a text being made of it. */
  #onlyOneNamedAsIssuerOf(certificate: PeerCertificate): PeerCertificate | null {
    if (this.#latest !== null && certificate.isIssuedByNameOf(this.#latest)) return this.#latest;
    const [only, other] = this.named(certificate.issuer);
    if (only === undefined || other !== undefined) return null;
    this.#latest = only;
    return only;
  }

  /** The links from a CA of the file up to its root, as far as the file has them. */
  linksAbove(ca: PeerCertificate): Link[] {
    const links: Link[] = [];
    for (let certificate = ca; !certificate.selfIssued; ) {
      const issuer = this.issuerOf(certificate);
      if (issuer === null || links.length > this.certificates.length) break;
      links.push({ certificate, issuer });
      certificate = issuer;
    }
    return links;
  }
}
