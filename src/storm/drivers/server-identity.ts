import { checkServerIdentity, type TLSSocket } from 'node:tls';

/**
 * Checks the name in the server's certificate. OpenSSL verifies the chain in every handshake; comparing names is Node's part, and Node
 * turns the whole chain into objects for it each time, at a tenth of a client's CPU. A certificate that was found to carry the name needs
 * no second look: it is compared byte for byte with the one seen before.
 */
export class ServerIdentity {
  #trusted: { name: string; certificate: Buffer } | undefined;

  /** To be asked when the chain has been verified. Undefined when the server is `serverName`, else why it is not. */
  check(socket: TLSSocket, serverName: string): string | undefined {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return 'server not trusted: it showed no certificate';
    const { raw } = certificate;
    const trusted = this.#trusted;
    if (trusted !== undefined && trusted.name === serverName && trusted.certificate.equals(raw))
      return undefined;
    if (checkServerIdentity(serverName, certificate.toLegacyObject()) !== undefined) {
      return 'server not trusted: its certificate is for another name';
    }
    this.#trusted = { name: serverName, certificate: raw };
    return undefined;
  }
}
