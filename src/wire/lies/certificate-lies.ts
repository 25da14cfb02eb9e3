import { randomBytes } from 'node:crypto';
import type { Lie } from './lie.ts';

/** What is presented as a certificate. Undecodable bytes of any other kind are given to prepareIdentity as the chain itself. */

function leaf(change: (der: Uint8Array) => Uint8Array): (chain: readonly Uint8Array[]) => Uint8Array[] {
  return (chain) => {
    const [first, ...rest] = chain;
    return first === undefined ? [] : [change(first), ...rest];
  };
}

export const certificateLies: readonly Lie[] = [
  {
    name: 'empty-certificate-list',
    description: 'an empty certificate list, though there is a certificate',
    chain: () => [],
    flight: (parts) => parts.filter((part) => part !== 'certificate-verify'),
  },
  {
    name: 'zero-length-certificate',
    description: 'an entry of no bytes in place of the certificate',
    chain: leaf(() => new Uint8Array(0)),
  },
  {
    name: 'cut-certificate',
    description: 'the first half of the certificate',
    chain: leaf((der) => der.subarray(0, der.length >> 1)),
  },
  {
    name: 'random-certificate',
    description: 'as many random bytes as the certificate has',
    chain: leaf((der) => randomBytes(der.length)),
  },
  {
    name: 'trailing-certificate-bytes',
    description: 'sixteen zero bytes behind the certificate',
    chain: leaf((der) => Buffer.concat([der, Buffer.alloc(16)])),
  },
  {
    name: 'padded-certificate',
    description: '100,000 zero bytes behind the certificate',
    chain: leaf((der) => Buffer.concat([der, Buffer.alloc(100_000)])),
  },
  {
    name: 'repeated-certificate',
    description: 'the certificate twice',
    chain: (chain) => (chain[0] === undefined ? [] : [chain[0], ...chain]),
  },
  {
    name: 'hundred-certificates',
    description: 'a chain of 100: the last certificate again and again behind the chain',
    chain: (chain) => {
      const last = chain.at(-1);
      if (last === undefined) return [];
      return [...chain, ...Array.from({ length: Math.max(0, 100 - chain.length) }, () => last)];
    },
  },
];
