import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, findPkits } from '../../scripts/limbo/pkits.ts';
import { readCertificateList } from '../../src/broker/revocation/crl/certificate-list.ts';
import { readEntries } from '../../src/broker/revocation/crl/entries.ts';
import { CrlTrouble } from '../../src/broker/revocation/crl/trouble.ts';
import { utcTimeDigits } from '../../src/pki/der.ts';
import { certificateFields, publicKeyInfo } from '../../src/pki/der-reader.ts';
import { opensslOutcome, scratchFolder } from './scratch.ts';

/** NIST PKITS as the Python package cryptography-vectors carries it; `pip install cryptography-vectors` turns these tests on. */
const pkits = findPkits();
const folder = scratchFolder();

describe.skipIf(pkits === null)('NIST PKITS (pip install cryptography-vectors)', () => {
  const read = (kind: string, ending: string) => filesIn(join(pkits ?? '', kind), ending);

  test('every certificate is read as Node’s X509Certificate reads it', () => {
    const certificates = read('certs', '.crt');
    expect(certificates.length).toBeGreaterThan(400);
    for (const { name, bytes } of certificates) {
      const fields = certificateFields(bytes);
      const other = new X509Certificate(bytes);
      const serial = Buffer.from(fields?.serialNumber ?? [])
        .toString('hex')
        .toUpperCase();
      // A leading zero octet keeps a number positive; a negative one X509Certificate writes with a sign.
      const positive = serial.replace(/^(00)+(?=..)/, '');
      if (!other.serialNumber.startsWith('-')) expect([name, positive]).toEqual([name, other.serialNumber]);
      const notAfter = Buffer.from(fields?.notAfter ?? []).toString('latin1');
      const ends = utcTimeDigits(other.validToDate);
      expect([name, notAfter.slice(-ends.length)]).toEqual([name, ends]);
      const spki = publicKeyOf(other);
      if (spki !== null) expect([name, Buffer.from(publicKeyInfo(bytes)).equals(spki)]).toEqual([name, true]);
    }
  });

  test('every CRL has the number and the entries that openssl reads in it, or says what is wrong with it', () => {
    const crls = read('crls', '.crl');
    expect(crls.length).toBeGreaterThan(170);
    const refused: string[] = [];
    let compared = 0;
    for (const { name, bytes } of crls) {
      const file = join(folder, 'one.crl');
      writeFileSync(file, bytes);
      const text = opensslOutcome(['crl', '-inform', 'DER', '-in', file, '-noout', '-text']).output;
      try {
        const list = readCertificateList(bytes);
        const { revoked, removed } = readEntries(list);
        const serials = [
          ...text.matchAll(/Serial Number: (-?[0-9A-F]+)\n([\s\S]*?)(?=Serial Number:|Signature Algorithm)/g),
        ];
        expect([name, serials.length]).toEqual([name, text.match(/Serial Number:/g)?.length ?? 0]);
        for (const [, serial = '', entry = ''] of serials) {
          compared += 1;
          const octets = integerOctets(serial);
          const isRemoved = entry.includes('Remove From CRL');
          expect([name, serial, revoked.has(octets)]).toEqual([name, serial, !isRemoved]);
          if (isRemoved) expect([name, serial, removed?.has(octets)]).toEqual([name, serial, true]);
        }
        const number = /X509v3 CRL Number: *\n? *(0x)?([0-9A-F]+)/.exec(text);
        const expected = number ? BigInt(number[1] ? `0x${number[2]}` : (number[2] ?? '')) : null;
        expect([name, list.crlNumber]).toEqual([name, expected]);
        expect([name, list.baseCrlNumber !== null]).toEqual([name, text.includes('Delta CRL Indicator')]);
      } catch (error) {
        if (!(error instanceof CrlTrouble)) throw error;
        refused.push(error.trouble);
      }
    }
    expect(compared).toBeGreaterThan(15);
    expect([...new Set(refused)].toSorted()).toEqual([
      'crl-indirect',
      'crl-only-some-reasons',
      'crl-unknown-critical-extension',
      'crl-unreadable',
    ]);
  });
});

/** Contents octets of the INTEGER that openssl writes so: two's complement, as short as can be. */
function integerOctets(text: string): Buffer {
  const magnitude = BigInt(`0x${text.replace('-', '')}`);
  const value = text.startsWith('-') ? -magnitude : magnitude;
  let octets = 1;
  while (BigInt.asIntN(8 * octets, value) !== value) octets += 1;
  return Buffer.from(
    BigInt.asUintN(8 * octets, value)
      .toString(16)
      .padStart(2 * octets, '0'),
    'hex',
  );
}

/** SubjectPublicKeyInfo, or null where the runtime can't make a key of it (DSA parameters that are inherited). */
function publicKeyOf(certificate: X509Certificate): Buffer | null {
  try {
    return certificate.publicKey.export({ format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}
