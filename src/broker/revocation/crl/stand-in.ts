import { generateKeyPairSync, sign } from 'node:crypto';
import { bitString, integer, oid, sequence, setOf, time, utf8String } from '../../../pki/der.ts';
import { pem } from '../../../pki/pem.ts';

/**
 * A CRL of nobody. OpenSSL checks no CRL at all where it was given none; given this one, it finds none for any certificate and refuses
 * them all, which is what to fail closed means.
 */
export function standInCrl(): Buffer {
  const ed25519 = sequence(oid('1.3.101.112'));
  const name = sequence(setOf(sequence(oid('2.5.4.3'), utf8String('no CRL could be had'))));
  const tbs = sequence(integer(1), ed25519, name, time(new Date(0)), time(new Date('2049-12-31T00:00:00Z')));
  const signature = sign(null, tbs, generateKeyPairSync('ed25519').privateKey);
  return pem('X509 CRL', sequence(tbs, ed25519, bitString(signature)));
}
