import type { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { prepareTrust, type Trust } from '../../wire/index.ts';
import { certificateOfSession } from './openssl-session.ts';

/**
 * Whether the server is the one that is meant, for handshakes of OpenSSL that are given no roots: that its key is its certificate's OpenSSL
 * has found in every handshake (CertificateVerify), whose certificate it is is judged here, the first time with its whole chain, then by a
 * comparison byte for byte. OpenSSL would verify the same chain anew in each handshake, at 7 % of a client's CPU, and keep 17 kB of
 * what it worked out for as long as the connection is held.
 */
export class ServerIdentity {
  readonly #serverCa: string;
  #trusted: { name: string; certificate: Buffer; notAfter: number } | undefined;
  #trust: Trust | undefined;

  /** Throws WireError where there is no certificate in these roots, or one that cannot be read. */
  constructor(serverCa: string) {
    this.#serverCa = serverCa;
    prepareTrust({ ca: serverCa, serverName: 'localhost', verifyServer: true });
  }

  /** To be asked when the handshake is done. Undefined when the server is `serverName`, else why it is not. */
  check(socket: TLSSocket, serverName: string): string | undefined {
    const trusted = this.#trusted;
    if (trusted !== undefined && trusted.name === serverName && Date.now() <= trusted.notAfter) {
      const session = socket.getSession();
      const shown = session === undefined ? undefined : certificateOfSession(session);
      if (shown !== undefined && trusted.certificate.equals(shown)) return undefined;
    }
    // Another certificate than the last one, or a session of a form that is not known here: the long way, which is always right.
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return 'server not trusted: it showed no certificate';
    if (checkServerIdentity(serverName, certificate.toLegacyObject()) !== undefined) {
      return 'server not trusted: its certificate is for another name';
    }
    if (this.#trust?.serverName !== serverName)
      this.#trust = prepareTrust({ ca: this.#serverCa, serverName, verifyServer: true });
    try {
      const { notAfter } = this.#trust.judge(chainOf(certificate));
      this.#trusted = { name: serverName, certificate: certificate.raw, notAfter };
      return undefined;
    } catch (refusal) {
      return `server not trusted: ${refusal instanceof Error ? refusal.message : String(refusal)}`;
    }
  }
}

/** What the server sent, leaf first. Node links a root to itself. */
function chainOf(leaf: X509Certificate): Buffer[] {
  const chain: Buffer[] = [];
  for (let each: X509Certificate | undefined = leaf; each !== undefined && chain.length < mostSent; ) {
    chain.push(each.raw);
    const issuer: X509Certificate | undefined = each.issuerCertificate;
    each = issuer === undefined || issuer.raw.equals(each.raw) ? undefined : issuer;
  }
  return chain;
}

/** More certificates than any good server sends. */
const mostSent = 16;
