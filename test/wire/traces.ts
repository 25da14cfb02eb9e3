import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cipherSuites } from '../../src/wire/crypto/cipher-suites.ts';
import {
  ecdhShare,
  type KeyShare,
  namedGroups,
  secp256r1,
  x25519Share,
} from '../../src/wire/crypto/named-groups.ts';
import type { Hello } from '../../src/wire/messages/client-hello.ts';
import type { Offer } from '../../src/wire/offer.ts';
import { signatureSchemes } from '../../src/wire/signature-schemes.ts';

export type TraceStep = { section: number; who: string; step: string; octets: Record<string, string> };

export const trace: TraceStep[] = JSON.parse(
  readFileSync(new URL('./vectors/rfc8448.json', import.meta.url), 'utf8'),
).steps;

/** The octets of a field in the `nth` step of a section whose title begins so. */
export function octets(section: number, who: string, step: string, field: string, nth = 0): Buffer {
  const found = trace.filter(
    (each) => each.section === section && each.who === who && each.step.startsWith(step),
  )[nth];
  const hex = found?.octets[field];
  if (hex === undefined) throw new Error(`RFC 8448 section ${section}: no ${field} in "${step}" (${nth})`);
  return Buffer.from(hex, 'hex');
}

/** A key share with the private key that a trace prints. */
export function shareOf(kind: 'x25519' | 'P-256', privateKey: Buffer): KeyShare {
  if (kind === 'P-256') return ecdhShare(secp256r1, 'prime256v1', 65, privateKey);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), privateKey]);
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32);
  return x25519Share(key, publicKey);
}

/** A ClientHello that was recorded, as its sender would know it. */
export function recordedHello(message: Buffer, shares: KeyShare[]): Hello {
  const idLength = message[38] ?? 0;
  const sessionId = message.subarray(39, 39 + idLength);
  let at = 39 + idLength;
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at) + 2;
  const extensions = new Set<number>();
  for (; at < message.length; at += 4 + message.readUInt16BE(at + 2))
    extensions.add(message.readUInt16BE(at));
  return { message, sessionId, shares, extensions };
}

/** An offer that says what it is told to, first and after a HelloRetryRequest. */
export function recordedOffer(first: Hello, second?: Hello): Offer {
  return {
    suites: cipherSuites,
    groups: namedGroups,
    schemes: new Set(signatureSchemes.map((scheme) => scheme.code)),
    alpn: [],
    first: () => first,
    retry: () => {
      if (second === undefined) throw new Error('no second ClientHello was recorded');
      return second;
    },
  };
}
