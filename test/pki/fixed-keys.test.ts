import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { p256 } from '../../src/pki/algorithms/ecdsa-p256.ts';
import { p384 } from '../../src/pki/algorithms/ecdsa-p384.ts';
import { deterministicEcdsa } from '../../src/pki/algorithms/rfc6979.ts';
import { algorithmNamed, makeCorpus } from '../../src/pki/index.ts';
import { scratchFolder } from './scratch.ts';
import { everydayDefects } from './specs.ts';

const folder = scratchFolder();

/** RFC 6979, A.2.5 and A.2.6. */
const vectors = [
  {
    curve: p256,
    digest: 'sha256' as const,
    key: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    signatures: {
      sample: [
        'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
        'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
      ],
      test: [
        'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
        '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
      ],
    },
  },
  {
    curve: p384,
    digest: 'sha384' as const,
    key: '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
    signatures: {
      sample: [
        '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46',
        '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
      ],
      test: [
        '8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DB',
        'DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5',
      ],
    },
  },
];

/** ECDSA-Sig-Value from two hexadecimal numbers. */
function signatureValue(numbers: readonly string[]): string {
  const integers = numbers.map((hex) => {
    const digits = hex.replace(/^(00)+/, '');
    const positive = Number.parseInt(digits.slice(0, 2), 16) >= 0x80 ? `00${digits}` : digits;
    return `02${(positive.length / 2).toString(16).padStart(2, '0')}${positive}`;
  });
  const body = integers.join('');
  return `30${(body.length / 2).toString(16).padStart(2, '0')}${body}`.toLowerCase();
}

describe('deterministic ECDSA', () => {
  test.each(vectors)(
    'gives the signatures of RFC 6979 on $curve.name',
    ({ curve, digest, key, signatures }) => {
      const sign = deterministicEcdsa(curve, digest);
      for (const [message, numbers] of Object.entries(signatures)) {
        const made = sign(Buffer.from(message), Buffer.from(key, 'hex'));
        expect(Buffer.from(made).toString('hex')).toBe(signatureValue(numbers));
      }
    },
  );

  test.each(['ecdsa-p256', 'ecdsa-p384', 'ed25519'])(
    '%s verifies whatever the key and the message',
    (name) => {
      const { fixed } = algorithmNamed(name);
      if (!fixed) throw new Error(`${name} has no fixed keys`);
      const digest = name === 'ed25519' ? null : name === 'ecdsa-p384' ? 'sha384' : 'sha256';
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array(), (seed, message) => {
          const pair = fixed.keyPair(seed);
          expect(Buffer.from(fixed.keyPair(seed).pkcs8).equals(pair.pkcs8)).toBe(true);
          const key = createPrivateKey({ key: Buffer.from(pair.pkcs8), format: 'der', type: 'pkcs8' });
          const own = createPublicKey({ key: Buffer.from(pair.spki), format: 'der', type: 'spki' });
          const signature = fixed.sign(message, key);
          expect(Buffer.from(fixed.sign(message, key)).equals(signature)).toBe(true);
          expect(verify(digest, message, own, signature)).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe('a corpus with fixed keys', () => {
  const filesOf = (dir: string) =>
    Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name)).toString('hex')]));

  test.each(['ecdsa-p256', 'ed25519'])(
    'of %s is equal byte for byte wherever and however it is made',
    async (algorithm) => {
      const spec = everydayDefects(40, { algorithm, fixedKeys: true });
      const [one, two] = await Promise.all(
        [1, 2].map((threads) =>
          makeCorpus(spec, { cacheDir: join(folder, `${algorithm}-${threads}`), threads }),
        ),
      );
      if (!one || !two) throw new Error('no corpora');
      expect(filesOf(two.dir)).toEqual(filesOf(one.dir));
      const other = await makeCorpus({ ...spec, seed: 8 }, { cacheDir: join(folder, `${algorithm}-1`) });
      expect(readFileSync(other.clientCaFile)).not.toEqual(readFileSync(one.clientCaFile));
    },
  );

  test('says loudly that anybody can compute the keys, also in the name of the CA', async () => {
    const corpus = await makeCorpus(everydayDefects(1, { fixedKeys: true }), {
      cacheDir: join(folder, 'loud'),
    });
    expect(corpus.warnings).toEqual([expect.stringMatching(/^ANYBODY CAN COMPUTE THESE PRIVATE KEYS/)]);
    expect(readFileSync(corpus.clientCaFile, 'latin1').replaceAll('\n', '')).toMatch(/BEGIN/);
    const pemText = readFileSync(corpus.clientCaFile, 'latin1').replace(/-----.*-----|\n/g, '');
    expect(Buffer.from(pemText, 'base64').toString('latin1')).toContain('FIXED KEYS KNOWN TO ANYBODY');
  });

  test.each([
    ['RSA', { algorithm: 'rsa-2048' }, /keys of rsa-2048 can't be fixed/],
    ['a pool', { keys: 'pooled' as const }, /fixedKeys: .*keys: fresh/],
    [
      'a defect by an RSA CA',
      { cohorts: [{ name: 'a', defect: 'md5-signature', identities: 1 }] },
      /takes an RSA key/,
    ],
    ['a weak RSA key', { cohorts: [{ name: 'a', defect: 'weak-rsa', identities: 1 }] }, /takes an RSA key/],
  ])('can’t be had with %s, which is said', async (_, more, sentence) => {
    const spec = everydayDefects(1, { fixedKeys: true, ...more });
    await expect(makeCorpus(spec, { cacheDir: join(folder, 'none') })).rejects.toThrow(sentence);
  });
});
