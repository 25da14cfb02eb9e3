import { createPrivateKey } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFields } from '../pki/der-reader.ts';
import type { Identity } from '../pki/identity.ts';
import type { CorpusIssuer } from '../pki/ocsp/corpus-issuers.ts';
import { RevisableCrls } from '../services/index.ts';

/**
 * The issuing CAs' hand in mid-run: keeps a CRL file of its own and puts serial numbers on it. What takes time and has nothing to do with
 * the moment of a revocation (reading the CRL, the CAs' keys) is done when it is made.
 */
export class Revoker {
  /** PEM, mode 0600; replaced in one step. */
  readonly crlFile: string;
  readonly #crls: RevisableCrls;
  readonly #issuers: number;

  constructor(issuers: readonly CorpusIssuer[], corpusCrlFile: string, workDir: string) {
    this.crlFile = join(workDir, 'crl.pem');
    this.#issuers = issuers.length;
    const text = readFileSync(corpusCrlFile, 'latin1');
    const keys = issuers.map(({ caKeyPem }) => createPrivateKey(caKeyPem));
    this.#crls = new RevisableCrls(text, keys, corpusCrlFile);
    writeFileSync(this.crlFile, text, { encoding: 'latin1', mode: 0o600 });
  }

  /** Serial numbers (unsigned, big-endian) by issuer. Identities take the roots by turns: that of index i belongs to issuer i mod roots. */
  serialNumbers(identities: readonly Identity[]): Uint8Array[][] {
    const perIssuer: Uint8Array[][] = Array.from({ length: this.#issuers }, () => []);
    for (const [index, { chain }] of identities.entries()) {
      const fields = chain[0] === undefined ? null : certificateFields(chain[0]);
      if (fields !== null) perIssuer[index % this.#issuers]?.push(fields.serialNumber);
    }
    return perIssuer;
  }

  /** Publishes these on the CRL. Throws what the file system says. */
  publish(serials: readonly (readonly Uint8Array[])[], at: Date): void {
    this.#crls.revoke(serials, at);
    const next = `${this.crlFile}.next`;
    writeFileSync(next, this.#crls.toPem(), { mode: 0o600 });
    renameSync(next, this.crlFile);
  }
}
