import type { KeyObject } from 'node:crypto';
import { pem } from '../../pki/pem.ts';
import { pemBlocks } from '../read-file.ts';
import { readCrl } from './crl-document.ts';
import { isSignedBy, signCrl } from './sign-crl.ts';

/** The CRLs of a PEM file with the keys of some of their issuers, so that serial numbers can be put on them. */
export class RevisableCrls {
  readonly #keys: readonly KeyObject[];
  /** `issuer` is the position of the key that signs this CRL, -1 where none of them does. */
  readonly #crls: { der: Buffer; issuer: number }[];

  /** Reads the CRLs and finds out whose they are. Throws ServiceError with `place`. */
  constructor(text: string, keys: readonly KeyObject[], place: string) {
    this.#keys = keys;
    this.#crls = pemBlocks(text, ['X509 CRL']).map((der) => {
      const document = readCrl(der, place);
      return { der, issuer: keys.findIndex((key) => isSignedBy(document, key)) };
    });
  }

  /**
   * Adds serial numbers (unsigned, big-endian), for each key those that its CA revokes: those CRLs get the next number (RFC 5280 5.2.3), `at`
   * as thisUpdate and a new signature, the others stay as they are.
   */
  revoke(serials: readonly (readonly Uint8Array[])[], at: Date): void {
    for (const crl of this.#crls) {
      const key = this.#keys[crl.issuer];
      const added = serials[crl.issuer] ?? [];
      if (key === undefined || added.length === 0) continue;
      const document = readCrl(crl.der, 'a CRL that was read before');
      const { nextUpdate } = document;
      crl.der = signCrl(document, { thisUpdate: at, nextUpdate, revoked: { serials: added, at } }, key).der;
    }
  }

  /** PEM, in the order that they came in. */
  toPem(): Buffer {
    return Buffer.concat(this.#crls.map(({ der }) => pem('X509 CRL', der)));
  }
}
