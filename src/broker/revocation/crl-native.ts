import { readConfigFile } from '../config-file.ts';
import type { RevocationCheck } from './check.ts';

/**
 * OpenSSL's own check (X509_V_FLAG_CRL_CHECK and …_CHECK_ALL): at every handshake it verifies the CRL's signature, so hashes the whole
 * CRL, and searches it for the serial number. Every certificate of a chain but the root needs a CRL of its issuer.
 */
export const crlNative: RevocationCheck = {
  name: 'crl-native',
  async open({ crlFile }) {
    const file = await readConfigFile('CRL', crlFile);
    return { crl: crlsIn(file), refusal: null, close: async () => undefined };
  },
};

const end = '-----END X509 CRL-----';

/** Node reads the first CRL of each buffer and no other. A file without any goes as it is, for OpenSSL to refuse. */
function crlsIn(file: Buffer): Buffer[] {
  const crls: Buffer[] = [];
  for (let from = 0; from < file.length; ) {
    const found = file.indexOf(end, from, 'latin1');
    if (found < 0) break;
    crls.push(file.subarray(from, found + end.length));
    from = found + end.length;
  }
  return crls.length > 0 ? crls : [file];
}
