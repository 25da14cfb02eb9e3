import { expect, it } from 'vitest';
import type { Identity } from '../../src/pki/identity.ts';
import { nodeDriver } from '../../src/storm/drivers/node.ts';

it('clients without a certificate share one context, as long as they offer the same', () => {
  const driver = nodeDriver.open({ serverCa: '', verifyServer: false, keyShares: 'fresh' });
  const tls = { versions: ['1.3'] } as const;
  const contexts = [undefined, undefined, tls, tls].map((wish, index) => {
    const bare: Identity = { clientId: `bare-${index}`, key: null, chain: [] };
    const connect = {
      clientId: bare.clientId,
      password: null,
      lie: null,
      ...(wish && { tls: { ...wish, versions: [...wish.versions] } }),
    };
    return Reflect.get(driver.prepare(bare, connect), 'context') as object;
  });
  expect(contexts[1]).toBe(contexts[0]);
  expect(contexts[2]).not.toBe(contexts[0]);
});
