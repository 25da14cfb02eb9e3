import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AesGcm } from '../../src/wire/crypto/aes-gcm.ts';
import { cipherSuites } from '../../src/wire/crypto/cipher-suites.ts';
import { sha256, sha384 } from '../../src/wire/crypto/hkdf.ts';
import { namedGroups } from '../../src/wire/crypto/named-groups.ts';
import { RecordProtection, sealedLength } from '../../src/wire/crypto/record-protection.ts';
import { trafficKeys } from '../../src/wire/key-schedule.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('cryptography in JavaScript agrees with what is published and with OpenSSL', () => {
  it("AES-GCM: test cases 1 to 4 and 13 to 16 of McGrew and Viega's specification of GCM", () => {
    const key128 = 'feffe9928665731c6d6a8f9467308308';
    const iv = 'cafebabefacedbaddecaf888';
    const plain =
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255';
    const aad = 'feedfacedeadbeeffeedfacedeadbeefabaddad2';
    const zero = '00'.repeat(12);
    const cases: [string, string, string, string, string][] = [
      ['00'.repeat(16), zero, '', '', '58e2fccefa7e3061367f1d57a4e7455a'],
      [
        '00'.repeat(16),
        zero,
        '',
        '00'.repeat(16),
        '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf',
      ],
      [
        key128,
        iv,
        '',
        plain,
        '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f59854d5c2af327cd64a62cf35abd2ba6fab4',
      ],
      [
        key128,
        iv,
        aad,
        plain.slice(0, 120),
        '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
      ],
      ['00'.repeat(32), zero, '', '', '530f8afbc74536b9a963b4f1c4cb738b'],
      [
        '00'.repeat(32),
        zero,
        '',
        '00'.repeat(16),
        'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
      ],
      [
        key128 + key128,
        iv,
        '',
        plain,
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c',
      ],
      [
        key128 + key128,
        iv,
        aad,
        plain.slice(0, 120),
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
      ],
    ];
    for (const [key, nonce, additional, text, sealed] of cases) {
      const out = Buffer.concat([hex(text), Buffer.alloc(16)]);
      new AesGcm(hex(key)).seal(hex(nonce), hex(additional), out, 0, text.length / 2);
      expect(out.toString('hex')).toBe(sealed);
    }
  });

  it('AES-GCM: any key, nonce, data; and no changed bit is opened', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 32).chain(bytes),
        bytes(12),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        (key, nonce, aad, text, flip) => {
          const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
          cipher.setAAD(aad);
          const expected = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
          const gcm = new AesGcm(key);
          const out = Buffer.concat([text, Buffer.alloc(16)]);
          gcm.seal(nonce, aad, out, 0, text.length);
          expect(out).toEqual(expected);
          const opened = Buffer.alloc(text.length);
          expect(gcm.open(nonce, aad, out, 0, text.length, opened)).toBe(true);
          expect(opened).toEqual(Buffer.from(text));
          const at = flip % out.length;
          out[at] = (out[at] ?? 0) ^ (1 << (flip % 8));
          expect(gcm.open(nonce, aad, out, 0, text.length, opened)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('HMAC and hashes of any length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 48 }),
        fc.uint8Array({ maxLength: 300 }),
        (key, text) => {
          for (const hash of [sha256, sha384]) {
            expect(Buffer.from(hash.hmacKey(key).mac(text))).toEqual(
              createHmac(hash.name, key).update(text).digest(),
            );
            expect(Buffer.from(hash.digest(text))).toEqual(createHash(hash.name).update(text).digest());
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('records of every suite and length are what OpenSSL makes of the same key, nonce and header', () => {
    for (const suite of cipherSuites)
      for (const length of [0, 1, 15, 16, 100, 254, 255, 256, 1000, 16_384]) {
        const keys = trafficKeys(suite, suite.hash.hmacKey(Buffer.alloc(suite.hash.length, 7)));
        const sealing = new RecordProtection(suite, keys);
        const opening = new RecordProtection(suite, keys);
        for (let sequence = 0; sequence < 3; sequence++) {
          const out = Buffer.alloc(sealedLength(length));
          expect(sealing.seal(out, 0, 23, Buffer.alloc(length, 5))).toBe(out.length);
          const nonce = Buffer.from(keys.iv);
          nonce[11] = (nonce[11] ?? 0) ^ sequence;
          const decipher = createDecipheriv(suite.aead as 'aes-128-gcm', keys.key, nonce, {
            authTagLength: 16,
          });
          decipher.setAAD(out.subarray(0, 5));
          decipher.setAuthTag(out.subarray(-16));
          const inner = Buffer.concat([decipher.update(out.subarray(5, -16)), decipher.final()]);
          expect(inner).toEqual(Buffer.concat([Buffer.alloc(length, 5), Buffer.from([23])]));
          expect(Buffer.from(opening.open(out) ?? [])).toEqual(inner);
        }
      }
  });

  it('nonces go on beyond 2^32 records', () => {
    const suite = cipherSuites[0];
    if (suite === undefined) throw new Error('no cipher suite');
    const keys = trafficKeys(suite, suite.hash.hmacKey(Buffer.alloc(32, 7)));
    const sealing = new RecordProtection(suite, keys);
    sealing.sequence = 2 ** 40 + 3;
    const out = Buffer.alloc(sealedLength(4));
    sealing.seal(out, 0, 23, Buffer.from('data'));
    const nonce = Buffer.from(keys.iv);
    nonce[11] = (nonce[11] ?? 0) ^ 3;
    nonce[6] = (nonce[6] ?? 0) ^ 1;
    const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
    decipher.setAAD(out.subarray(0, 5));
    decipher.setAuthTag(out.subarray(-16));
    expect(Buffer.concat([decipher.update(out.subarray(5, -16)), decipher.final()]).toString()).toBe(
      'data\u0017',
    );
  });

  it('two shares of the same ECDH group agree', () => {
    for (const group of namedGroups.filter((each) => each.name !== 'X25519MLKEM768')) {
      const [a, b] = [group.create(), group.create()];
      expect(Buffer.from(a.agree(b.publicBytes))).toEqual(Buffer.from(b.agree(a.publicBytes)));
      expect(a.publicBytes).toHaveLength(group.clientLength);
    }
  });
});
