import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boolean, context, generalizedTime, octetString, oid, sequence, tlv } from '../../src/pki/der.ts';
import {
  certIdOf,
  type OcspDraft,
  OcspError,
  type OcspQuestion,
  type OcspSigner,
  OcspVerifier,
  ocspErrorResponse,
  ocspSigner,
  readPrivateKeyPem,
  signOcspResponse,
} from '../../src/pki/ocsp/index.ts';
import { opensslPki, serials } from '../services/openssl-pki.ts';

const pki = opensslPki();
const issuer = pki.der('ca.crt');
const keyOf = (name: string) => readPrivateKeyPem(readFileSync(pki.file(`${name}.key`)));
const delegated = ocspSigner({ issuer, certificate: pki.der('ocsp.crt'), key: keyOf('ocsp') });

/** Signs with any certificate, also where a responder of ours would refuse to. */
function anySigner(name: string): OcspSigner {
  const certificate = pki.der(`${name}.crt`);
  return {
    ...ocspSigner({ issuer: certificate, certificate, key: keyOf(name) }),
    certificates: [certificate],
  };
}

const nowMs = Date.now();
const at = (hours: number) => new Date(nowMs + hours * 3_600_000);
const nonce = Buffer.alloc(32, 7);
const certId = certIdOf(pki.der('good.crt'), issuer, 'sha256');
const single = {
  certId: certId.der,
  status: { kind: 'good' },
  thisUpdate: at(-1),
  nextUpdate: at(1),
} as const;

const draft = (changes: Partial<OcspDraft['responses'][number]> = {}): OcspDraft => ({
  producedAt: at(0),
  responses: [{ ...single, ...changes }],
});

const verifier = new OcspVerifier(issuer);
const verify = (response: Uint8Array, question: Partial<OcspQuestion> = {}) =>
  verifier.verify(response, { serialNumber: Buffer.from(serials.good, 'hex'), nowMs, ...question });

/** A response with extensions that no responder of ours writes. */
function withCriticalExtension(where: 'response' | 'single'): Uint8Array {
  const extensions = context(
    1,
    sequence(sequence(oid('2.999.7'), boolean(true), octetString(new Uint8Array(0)))),
  );
  const answer = sequence(
    certId.der,
    tlv(0x80),
    generalizedTime(at(-1)),
    ...(where === 'single' ? [extensions] : []),
  );
  const tbs = sequence(
    delegated.responderId,
    generalizedTime(at(0)),
    sequence(answer),
    ...(where === 'response' ? [extensions] : []),
  );
  const signature = tlv(0x03, Uint8Array.of(0), delegated.sign(tbs));
  const basic = sequence(
    tbs,
    delegated.signatureAlgorithm,
    signature,
    context(0, sequence(...delegated.certificates)),
  );
  const bytes = sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic));
  return sequence(tlv(0x0a, Uint8Array.of(0)), context(0, bytes));
}

describe('a response is refused, and why', () => {
  const causes: [string, () => ReturnType<typeof verify>][] = [
    ['malformed', () => verify(Buffer.from('<!doctype html>'))],
    ['responder-error', () => verify(ocspErrorResponse('tryLater'))],
    [
      'unsupported-response-type',
      () =>
        verify(
          sequence(
            tlv(0x0a, Uint8Array.of(0)),
            context(0, sequence(oid('2.999.1'), octetString(new Uint8Array(0)))),
          ),
        ),
    ],
    [
      'responder-unknown',
      () => verify(signOcspResponse(draft(), { ...anySigner('ocsp'), certificates: [] })),
    ],
    ['responder-not-issued-by-ca', () => verify(signOcspResponse(draft(), anySigner('stranger')))],
    ['responder-not-for-ocsp-signing', () => verify(signOcspResponse(draft(), anySigner('server')))],
    [
      'responder-certificate-expired',
      () => verify(signOcspResponse(draft(), delegated), { nowMs: Date.UTC(2199, 0, 1) }),
    ],
    [
      'unsupported-signature-algorithm',
      () =>
        verify(
          signOcspResponse(draft(), { ...delegated, signatureAlgorithm: sequence(oid('1.2.840.10045.4.1')) }),
        ),
    ],
    [
      'bad-signature',
      () => verify(signOcspResponse(draft(), { ...delegated, sign: (tbs) => anySigner('server').sign(tbs) })),
    ],
    ['unknown-critical-extension', () => verify(withCriticalExtension('response'))],
    ['unknown-critical-extension', () => verify(withCriticalExtension('single'))],
    ['nonce-missing', () => verify(signOcspResponse(draft(), delegated), { nonce, requireNonce: true })],
    [
      'nonce-mismatch',
      () =>
        verify(signOcspResponse({ ...draft(), nonceValue: octetString(Buffer.alloc(32, 8)) }, delegated), {
          nonce,
        }),
    ],
    [
      'cert-id-mismatch',
      () =>
        verify(signOcspResponse(draft({ certId: certIdOf(pki.der('revoked.crt'), issuer).der }), delegated)),
    ],
    [
      'cert-id-mismatch',
      () =>
        verify(
          signOcspResponse(
            draft({ certId: certIdOf(pki.der('good.crt'), pki.der('other.crt')).der }),
            delegated,
          ),
        ),
    ],
    ['not-yet-valid', () => verify(signOcspResponse(draft({ thisUpdate: at(1) }), delegated))],
    ['expired', () => verify(signOcspResponse(draft({ thisUpdate: at(-3), nextUpdate: at(-1) }), delegated))],
    [
      'too-old',
      () => {
        const { nextUpdate: _, ...open } = { ...single, thisUpdate: at(-25) };
        return verify(signOcspResponse({ producedAt: at(0), responses: [open] }, delegated));
      },
    ],
  ];

  test.each(causes)('%s', (cause, verdict) => {
    expect(verdict()).toMatchObject({ valid: false, cause });
  });
});

describe('a response is accepted', () => {
  test('with the nonce that was sent, and without one where none is required', () => {
    const echoed = signOcspResponse({ ...draft(), nonceValue: octetString(nonce) }, delegated);
    expect(verify(echoed, { nonce, requireNonce: true })).toMatchObject({ valid: true });
    expect(verify(signOcspResponse(draft(), delegated), { nonce })).toMatchObject({ valid: true });
  });

  test('from a responder without id-pkix-ocsp-nocheck, with the word that its own status is open', () => {
    const verdict = verify(signOcspResponse(draft(), anySigner('checked')));
    expect(verdict).toMatchObject({ valid: true, responder: 'delegated', responderNeedsCheck: true });
  });

  test('where the answer asked for stands behind others', () => {
    const others = { ...single, certId: certIdOf(pki.der('revoked.crt'), issuer).der };
    const response = signOcspResponse({ producedAt: at(0), responses: [others, single] }, delegated);
    expect(verify(response)).toMatchObject({ valid: true, status: { kind: 'good' } });
  });

  test('within the five minutes that clocks may differ', () => {
    expect(verify(signOcspResponse(draft({ thisUpdate: at(0.05) }), delegated))).toMatchObject({
      valid: true,
    });
  });
});

test('a signer whose answers clients would refuse is not made', () => {
  const signer = (name: string, key: string) => () =>
    ocspSigner({ issuer, certificate: pki.der(`${name}.crt`), key: keyOf(key) });
  expect(signer('ocsp', 'server')).toThrow(/not the one of its certificate/);
  expect(signer('server', 'server')).toThrow(/OCSPSigning/);
  expect(signer('stranger', 'stranger')).toThrow(/not issued by the CA/);
  expect(() => readPrivateKeyPem('no key')).toThrow(OcspError);
});
