import { readConfigFile } from '../config-file.ts';
import type { RevocationCheck } from './check.ts';

/**
 * OpenSSL's own check (X509_V_FLAG_CRL_CHECK and …_CHECK_ALL): at every handshake it verifies the CRL's signature, so hashes the whole
 * CRL, and searches it for the serial number. Every certificate of a chain but the root needs a CRL of its issuer.
 */
export const crlNative: RevocationCheck = {
  name: 'crl-native',
  async open({ crlFile }) {
    return { crl: await readConfigFile('CRL', crlFile), refusal: null, close: async () => undefined };
  },
};
