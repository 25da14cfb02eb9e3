import type { Curve } from './ec-key.ts';
import { ecdsa } from './ecdsa.ts';

/** NIST P-256 (SEC 2, 2.4.2). */
export const p256: Curve = {
  name: 'prime256v1',
  oid: '1.2.840.10045.3.1.7',
  scalarOctets: 32,
  order: Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
};

export const ecdsaP256 = ecdsa(p256, 'sha256', '1.2.840.10045.4.3.2', {
  name: 'ecdsa-p256',
  describe: 'ECDSA on NIST P-256 with SHA-256',
  keyCostMs: 0.02,
});
