import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CertStatus,
  certIdIssuerOf,
  certIdOf,
  encodeOcspRequest,
  makeCertId,
  makeResponderCertificate,
  OcspError,
  ocspErrorResponse,
  ocspSigner,
  readOcspRequest,
  readOcspResponse,
  readPrivateKeyPem,
  signOcspResponse,
  verifyOcspResponse,
} from '../../src/pki/ocsp/index.ts';
import { type OpensslPki, opensslPki, opensslResponder, serials } from '../services/openssl-pki.ts';

const pki = opensslPki();
const serialOctets = Buffer.from(serials.good, 'hex');
const hourMs = 3_600_000;

function signerOf(from: OpensslPki, name: string, identifiedBy: 'name' | 'key' = 'key') {
  const key = readPrivateKeyPem(readFileSync(from.file(`${name}.key`)));
  return ocspSigner({ issuer: from.der('ca.crt'), certificate: from.der(`${name}.crt`), key, identifiedBy });
}

function answerTo(request: Uint8Array, status: CertStatus, signer: ReturnType<typeof signerOf>): Uint8Array {
  const { certIds, nonceValue } = readOcspRequest(request);
  const now = new Date();
  const nextUpdate = new Date(now.getTime() + hourMs);
  return signOcspResponse(
    {
      producedAt: now,
      responses: certIds.map(({ der: certId }) => ({ certId, status, thisUpdate: now, nextUpdate })),
      ...(nonceValue && { nonceValue }),
    },
    signer,
  );
}

async function readByOpenssl(from: OpensslPki, request: Uint8Array, response: Uint8Array): Promise<string> {
  writeFileSync(from.file('request.der'), request);
  writeFileSync(from.file('response.der'), response);
  const about = ['-issuer', 'ca.crt', '-cert', 'good.crt', '-CAfile', 'ca.crt', '-no_nonce'];
  return from.openssl('ocsp', ...about, '-reqin', 'request.der', '-respin', 'response.der');
}

describe('requests', () => {
  test.each(['sha1', 'sha256'] as const)('openssl reads ours, with %s and a nonce', async (digest) => {
    const certId = certIdOf(pki.der('good.crt'), pki.der('ca.crt'), digest);
    writeFileSync(pki.file('ours.der'), encodeOcspRequest([certId], Buffer.alloc(32, 0xab)));
    const text = await pki.openssl('ocsp', '-reqin', 'ours.der', '-req_text', '-no_nonce');
    expect(text).toContain(`Hash Algorithm: ${digest}`);
    expect(text).toContain(`Serial Number: ${serials.good}`);
    expect(text).toContain(`0420${'AB'.repeat(32)}`);
  });

  test.each(['sha1', 'sha256', 'sha384'] as const)(
    "openssl's is the one that we would make, with %s",
    async (digest) => {
      const about = ['-issuer', 'ca.crt', `-${digest}`, '-cert', 'good.crt', '-no_nonce'];
      await pki.openssl('ocsp', ...about, '-reqout', 'theirs.der');
      const ours = encodeOcspRequest([certIdOf(pki.der('good.crt'), pki.der('ca.crt'), digest)]);
      expect(Buffer.from(ours)).toEqual(readFileSync(pki.file('theirs.der')));
    },
  );

  test('several certificates are asked for in one', async () => {
    await pki.openssl(
      'ocsp',
      '-issuer',
      'ca.crt',
      '-cert',
      'good.crt',
      '-cert',
      'revoked.crt',
      '-reqout',
      'two.der',
    );
    const { certIds, nonceValue } = readOcspRequest(readFileSync(pki.file('two.der')));
    expect(certIds.map(({ serialNumber }) => Buffer.from(serialNumber).toString('hex'))).toEqual([
      '1001',
      '1002',
    ]);
    expect(nonceValue?.length).toBe(18);
  });

  test.each([0, 129])('a nonce of %i octets is malformed (RFC 9654 2.1)', (octets) => {
    const certId = certIdOf(pki.der('good.crt'), pki.der('ca.crt'));
    expect(() => readOcspRequest(encodeOcspRequest([certId], Buffer.alloc(octets)))).toThrow(/nonce/);
  });

  test('a nonce of 128 octets is taken', () => {
    const certId = certIdOf(pki.der('good.crt'), pki.der('ca.crt'));
    expect(readOcspRequest(encodeOcspRequest([certId], Buffer.alloc(128))).nonceValue?.length).toBe(131);
  });

  test('whatever octets come, a request is read or refused', () => {
    const good = Buffer.from(
      encodeOcspRequest([certIdOf(pki.der('good.crt'), pki.der('ca.crt'))], randomBytes(32)),
    );
    const mutated = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const cut = fc.nat(good.length - 1).map((length) => good.subarray(0, length));
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(mutated, cut, noise), (bytes) => {
        try {
          const { certIds } = readOcspRequest(bytes);
          expect(certIds.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(OcspError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('responses', () => {
  const revoked: CertStatus = {
    kind: 'revoked',
    revocationTime: new Date('2025-05-01T00:00:00Z'),
    reason: 4,
  };
  const certId = () => certIdOf(pki.der('good.crt'), pki.der('ca.crt'));

  test.each([
    ['ocsp', 'key'],
    ['ocsp', 'name'],
    ['ca', 'key'],
    ['ca', 'name'],
  ] as const)('openssl verifies what %s signs, named by %s', async (name, by) => {
    const request = encodeOcspRequest([certId()], randomBytes(32));
    const told = await readByOpenssl(pki, request, answerTo(request, revoked, signerOf(pki, name, by)));
    expect(told).toContain('Response verify OK');
    expect(told).toContain('good.crt: revoked');
    expect(told).toContain('Reason: superseded');
    expect(told).toContain('Revocation Time: May  1 00:00:00 2025 GMT');
    expect(told).not.toContain('WARNING');
  });

  test.each([
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['RSA-PSS', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['P-384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['Ed25519', ['-algorithm', 'ED25519']],
  ])('openssl and we verify what %s signs', async (_name, newKey) => {
    const other = opensslPki({ newKey, only: ['ca', 'ocsp', 'good'] });
    const request = encodeOcspRequest([certIdOf(other.der('good.crt'), other.der('ca.crt'))]);
    const response = answerTo(request, { kind: 'good' }, signerOf(other, 'ocsp'));
    const told = await readByOpenssl(other, request, response);
    expect(told).toContain('Response verify OK');
    expect(told).toContain('good.crt: good');
    const verdict = verifyOcspResponse(response, { issuer: other.der('ca.crt'), serialNumber: serialOctets });
    expect(verdict).toMatchObject({ valid: true, status: { kind: 'good' } });
  });

  test('openssl verifies a responder whose certificate was made here', async () => {
    const pkcs8 = readPrivateKeyPem(readFileSync(pki.file('ca.key'))).export({
      format: 'der',
      type: 'pkcs8',
    });
    const made = makeResponderCertificate({ certificate: pki.der('ca.crt'), pkcs8 });
    const request = encodeOcspRequest([certId()]);
    const response = answerTo(
      request,
      { kind: 'unknown' },
      ocspSigner({ issuer: pki.der('ca.crt'), ...made }),
    );
    const told = await readByOpenssl(pki, request, response);
    expect(told).toContain('Response verify OK');
    expect(told).toContain('good.crt: unknown');
    const verdict = verifyOcspResponse(response, { issuer: pki.der('ca.crt'), serialNumber: serialOctets });
    expect(verdict).toMatchObject({ valid: true, responder: 'delegated', responderNeedsCheck: false });
  });

  test.each(['tryLater', 'unauthorized', 'malformedRequest', 'internalError', 'sigRequired'] as const)(
    'openssl reads the error status %s',
    async (status) => {
      const told = await readByOpenssl(pki, encodeOcspRequest([certId()]), ocspErrorResponse(status));
      expect(told.toLowerCase()).toContain(`responder error: ${status.toLowerCase()}`);
      expect(readOcspResponse(ocspErrorResponse(status))).toEqual({ status });
    },
  );

  test.each([
    ['a delegated responder', ['-rsigner', 'ocsp.crt', '-rkey', 'ocsp.key']],
    ['a responder named by its key', ['-rsigner', 'ocsp.crt', '-rkey', 'ocsp.key', '-resp_key_id']],
    ['the CA itself', ['-rsigner', 'ca.crt', '-rkey', 'ca.key']],
    ['the CA itself, without its certificate', ['-rsigner', 'ca.crt', '-rkey', 'ca.key', '-resp_no_certs']],
  ])('we verify the answers of openssl ocsp as %s', async (_name, flags) => {
    const responder = await opensslResponder(pki, ...flags);
    try {
      const expected = { good: 'good', revoked: 'revoked', unknown: 'unknown' } as const;
      for (const [name, kind] of Object.entries(expected)) {
        const nonce = randomBytes(32);
        const asked = certIdOf(pki.der(`${name}.crt`), pki.der('ca.crt'), 'sha256');
        const answer = await fetch(responder.url, {
          method: 'POST',
          headers: { 'content-type': 'application/ocsp-request' },
          body: Buffer.from(encodeOcspRequest([asked], nonce)),
        });
        const question = {
          issuer: pki.der('ca.crt'),
          serialNumber: asked.serialNumber,
          nonce,
          requireNonce: true,
        };
        const verdict = verifyOcspResponse(Buffer.from(await answer.arrayBuffer()), question);
        expect(verdict).toMatchObject({ valid: true, status: { kind } });
        if (kind === 'revoked') expect(verdict).toMatchObject({ status: { reason: 1 } });
      }
    } finally {
      await responder.stop();
    }
  });

  test('one octet changed, any of them, and the response is refused', () => {
    for (const name of ['ocsp', 'ca']) {
      const response = answerTo(encodeOcspRequest([certId()]), { kind: 'good' }, signerOf(pki, name));
      const question = { issuer: pki.der('ca.crt'), serialNumber: serialOctets };
      expect(verifyOcspResponse(response, question).valid).toBe(true);
      for (let at = 0; at < response.length; at += 1) {
        for (const bit of [0x01, 0x80]) {
          const changed = Uint8Array.from(response);
          changed[at] = (changed[at] ?? 0) ^ bit;
          expect([at, verifyOcspResponse(changed, question).valid]).toEqual([at, false]);
        }
      }
    }
  });

  test('whatever octets come, a response is refused and nothing is thrown', () => {
    const good = Buffer.from(
      answerTo(encodeOcspRequest([certId()]), { kind: 'good' }, signerOf(pki, 'ocsp')),
    );
    const question = { issuer: pki.der('ca.crt'), serialNumber: serialOctets };
    const cut = fc.nat(good.length - 1).map((length) => good.subarray(0, length));
    const longer = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more) => Buffer.concat([good, more]));
    const moved = fc
      .tuple(fc.nat(good.length - 1), fc.nat(good.length - 1), fc.nat(40))
      .map(([from, to, length]) => {
        const bytes = Buffer.from(good);
        bytes.copyWithin(to, from, from + length);
        return bytes;
      });
    const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(cut, longer, moved, noise), (bytes) => {
        expect(verifyOcspResponse(bytes, question).valid).toBe(bytes.equals(good));
      }),
      { numRuns: 2000 },
    );
  });
});

test('a serial number of any size comes back as it was', () => {
  const issuer = certIdIssuerOf(pki.der('ca.crt'));
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (serialNumber) => {
      const [read] = readOcspRequest(encodeOcspRequest([makeCertId(issuer, serialNumber)])).certIds;
      expect(Buffer.from(read?.serialNumber ?? [])).toEqual(Buffer.from(serialNumber));
    }),
  );
});
