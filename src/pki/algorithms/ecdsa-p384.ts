import type { Curve } from './ec-key.ts';
import { ecdsa } from './ecdsa.ts';

/** NIST P-384 (SEC 2, 2.5.1). */
export const p384: Curve = {
  name: 'secp384r1',
  oid: '1.3.132.0.34',
  scalarOctets: 48,
  order: Buffer.from(
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    'hex',
  ),
};

export const ecdsaP384 = ecdsa(p384, 'sha384', '1.2.840.10045.4.3.3', {
  name: 'ecdsa-p384',
  describe: 'ECDSA on NIST P-384 with SHA-384',
  keyCostMs: 1,
});
