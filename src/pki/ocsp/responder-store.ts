import { join } from 'node:path';
import { ecdsaP256 } from '../algorithms/ecdsa-p256.ts';
import type { madeNamed } from '../authority.ts';
import { importKey, keyFor, signatureOf } from '../key-source.ts';
import { encodeRecords, type PackRecord } from '../pack.ts';
import { pem } from '../pem.ts';
import { serialNumbers } from '../serial.ts';
import { contentAddress, loadPack, sha256, storePack } from '../store.ts';
import { validity } from '../validity.ts';
import { makeResponderCertificate } from './responder-certificate.ts';

/** A responder's certificate and its key, PKCS #8, both PEM. */
export type ResponderPem = { responderCertPem: string; responderKeyPem: string };

/**
 * The responder that a CA of a corpus has delegated OCSP signing to: from the cache, or made, so that it stays the same from call to call;
 * with fixed keys, wherever it is made. Valid as long as the CA.
 */
export function obtainResponder(
  dir: string,
  authority: ReturnType<typeof madeNamed>,
  { seed, fixed }: { seed: number; fixed: boolean },
): ResponderPem {
  const { plan } = authority;
  const stream = `ocsp-responder/${plan.name}`;
  const address = contentAddress(stream, seed, String(fixed), sha256(authority.certificate));
  const path = join(dir, `responder-${address.slice(0, 32)}.pack`);
  const make = (): PackRecord[] => {
    const pair = keyFor(ecdsaP256, fixed ? { fixedSeed: seed } : {}, stream, 0);
    const caKey = importKey(authority.pkcs8);
    const { certificate } = makeResponderCertificate(authority, {
      pair,
      serialNumber: serialNumbers(seed, stream, 0, 1),
      notBefore: validity.authority.notBefore,
      ...(fixed && { sign: (tbs) => signatureOf(plan.algorithm, true, tbs, caKey) }),
    });
    return storePack(path, address, 1, [encodeRecords([[pair.pkcs8, certificate]])]);
  };
  const [record] = loadPack(path, address) ?? make();
  const [pkcs8, certificate] = record ?? [];
  if (!pkcs8 || !certificate) throw new Error(`${path} holds no responder`);
  return {
    responderCertPem: pem('CERTIFICATE', certificate).toString('latin1'),
    responderKeyPem: pem('PRIVATE KEY', pkcs8).toString('latin1'),
  };
}
