import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { messageOrders } from '../../src/wire/index.ts';
import { certstorm, resultIn, root, temporaryFolder } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

it('every wrong order of messages is made by the wire client, answered by the bundled broker with the alert, and counted alike on both sides', async () => {
  const out = join(folder.path, 'out');
  const { code, stderr, stdout } = await certstorm(
    [
      'run',
      join(root, 'scenarios/rude.yaml'),
      '--variant',
      'bundled',
      ...['model=constant-arrival-rate', 'rate=200', 'duration=1s', 'vus='].flatMap((set) => [
        '--set',
        `load.${set}`,
      ]),
      // The same draw of cohorts each time, none of them left out.
      ...['--seed', '1'],
      '--out',
      out,
    ],
    { cache: join(folder.path, 'cache') },
  );
  expect(code, stdout + stderr).toBe(0);
  const result = resultIn(out);
  expect(result.invalidReasons).toEqual([]);
  const cohorts = result.variants.flatMap((variant) => variant.cohorts);
  expect(cohorts.map(({ name }) => name).toSorted()).toEqual(
    [...messageOrders.map(({ name }) => name), 'polite'].toSorted(),
  );
  for (const { name, driver, attempts, outcomes, brokerCounts, messageOrder, clause } of cohorts) {
    const order = messageOrders.find((each) => each.name === name);
    expect({ messageOrder, clause }, name).toEqual({
      messageOrder: order?.name,
      clause: order && `RFC 8446 ${order.clause}`,
    });
    expect(driver, name).toBe('wire');
    expect(attempts, name).toBeGreaterThan(0);
    const expected =
      name === 'polite'
        ? { kind: 'accepted', detail: '', count: attempts }
        : { kind: 'tls-alert', detail: 'unexpected_message (10)', count: attempts };
    expect(outcomes, name).toMatchObject([expected]);
    expect(brokerCounts?.accepted, name).toBe(name === 'polite' ? attempts : 0);
  }
});
