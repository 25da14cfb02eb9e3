import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCorpus, revokedSerials } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { serialNumbers } from '../../src/pki/serial.ts';
import { openssl, opensslOutcome, scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');

const upperHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

describe('the CRL', () => {
  test('is v2, has its number, its issuer’s key, and verifies under the CA', async () => {
    const corpus = await makeCorpus(everydayDefects(3), { cacheDir });
    const text = openssl(['crl', '-in', corpus.crlFile, '-noout', '-text']);
    expect(text).toContain('Version 2 (0x1)');
    expect(text).toMatch(/X509v3 CRL Number: \n\s+1\n/);
    expect(text).toMatch(/Last Update: Jun {2}1 00:00:00 2025 GMT\s+Next Update: Dec 31 23:59:59 2049 GMT/);
    const ca = openssl(['x509', '-in', corpus.clientCaFile, '-noout', '-text']);
    const keyId = /Subject Key Identifier: \n\s+([0-9A-F:]{59})/.exec(ca)?.[1];
    expect(/Authority Key Identifier: \n\s+([0-9A-F:]{59})/.exec(text)?.[1]).toBe(keyId);
    expect(
      opensslOutcome(['crl', '-in', corpus.crlFile, '-noout', '-CAfile', corpus.clientCaFile]).output,
    ).toContain('verify OK');
  });

  test('holds the revoked and is padded to the number asked for with serials that no one holds', async () => {
    const spec = everydayDefects(3, { crlEntries: 1000 });
    const corpus = await makeCorpus(spec, { cacheDir });
    const text = openssl(['crl', '-in', corpus.crlFile, '-noout', '-text']);
    const listed = [...text.matchAll(/Serial Number: ([0-9A-F]+)/g)].map(([, serial]) => serial);
    expect(corpus.crl.entries).toBe(1000);
    expect(new Set(listed).size).toBe(1000);
    const revoked = revokedSerials(spec).map(upperHex);
    expect(listed.filter((serial) => revoked.includes(serial ?? ''))).toHaveLength(3);
    const held = corpus.cohorts.flatMap(({ identities }) =>
      identities.flatMap(({ chain }) =>
        chain.map((leaf) => openssl(['x509', '-inform', 'DER', '-noout', '-serial'], leaf)),
      ),
    );
    const others = held
      .map((line) => line.trim().slice('serial='.length))
      .filter((serial) => !revoked.includes(serial));
    expect(others).toHaveLength(21);
    expect(listed.filter((serial) => others.includes(serial ?? ''))).toEqual([]);
    const der = Buffer.from(readFileSync(corpus.crlFile, 'latin1').replace(/-----.*-----|\n/g, ''), 'base64');
    expect(der.length).toBe(corpus.crl.bytes);
  });

  test('may have no entries at all, and the list is then absent (RFC 5280 5.1.2.6)', async () => {
    const spec = {
      ...everydayDefects(1),
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities: 1 }],
    };
    const corpus = await makeCorpus(spec, { cacheDir });
    expect(corpus.crl.entries).toBe(0);
    const text = openssl(['crl', '-in', corpus.crlFile, '-noout', '-text']);
    expect(text).toContain('No Revoked Certificates');
  });

  test('never has fewer entries than there are revoked', async () => {
    const corpus = await makeCorpus(everydayDefects(3, { crlEntries: 1 }), { cacheDir });
    expect(corpus.crl.entries).toBe(3);
  });

  test('of 100,000 entries is read and verified by openssl, and the last padding serial is in it', async () => {
    const corpus = await makeCorpus(everydayDefects(3, { crlEntries: 100_000 }), { cacheDir });
    const text = openssl(['crl', '-in', corpus.crlFile, '-noout', '-text']);
    expect(text.match(/Serial Number:/g)).toHaveLength(100_000);
    expect(text).toContain(upperHex(serialNumbers(7, 'crl', 99_996, 1, 'padding')));
    expect(
      opensslOutcome(['crl', '-in', corpus.crlFile, '-noout', '-CAfile', corpus.clientCaFile]).output,
    ).toContain('verify OK');
  });
});

test('serial numbers of a range are the same however it is cut, and padding never meets what is held', () => {
  const whole = Buffer.from(serialNumbers(7, 'a', 0, 1000));
  const cut = Buffer.concat([
    serialNumbers(7, 'a', 0, 1),
    serialNumbers(7, 'a', 1, 600),
    serialNumbers(7, 'a', 601, 399),
  ]);
  expect(cut.equals(whole)).toBe(true);
  const padding = serialNumbers(7, 'a', 0, 20_000, 'padding');
  for (let at = 0; at < padding.length; at += 16) {
    expect(padding[at]).toBeGreaterThanOrEqual(1);
    expect(padding[at]).toBeLessThan(0x40);
  }
});

test('PEM is what openssl writes of the same DER, at every length of the last line', async () => {
  const corpus = await makeCorpus(everydayDefects(3), { cacheDir });
  for (const { chain } of corpus.cohorts.flatMap(({ identities }) => identities).slice(0, 9)) {
    for (const leaf of chain) {
      expect(pem('CERTIFICATE', leaf).toString()).toBe(openssl(['x509', '-inform', 'DER'], leaf));
    }
  }
  for (let length = 0; length < 200; length += 1) {
    const der = createHash('shake256', { outputLength: length || 1 })
      .digest()
      .subarray(0, length);
    const body = (der.toString('base64').match(/.{1,64}/g) ?? []).map((line) => `${line}\n`).join('');
    expect(pem('X', der).toString()).toBe(`-----BEGIN X-----\n${body}-----END X-----\n`);
  }
});
