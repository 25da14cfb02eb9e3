import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectionLedger, LedgerReader } from '../../src/broker/ledger.ts';
import {
  abandonment,
  connackVerdict,
  operationRefusal,
  tlsRefusal,
  type Verdict,
} from '../../src/broker/verdict.ts';

const verdicts = [
  connackVerdict(0),
  connackVerdict(5),
  tlsRefusal('CERT_REVOKED'),
  abandonment('connect-closed'),
];
const settling = fc.record({
  source: fc.constantFrom('127.0.0', '127.0.1', '10.9.8', '2001:db8::1'),
  verdict: fc.constantFrom<Verdict>(...verdicts),
});

test('what is booked is read back, key by key', () => {
  fc.assert(
    fc.property(fc.array(settling), fc.nat(20), (settled, open) => {
      const ledger = new ConnectionLedger();
      const reader = new LedgerReader(ledger.memory);
      const expected = new Map<string, number>();
      for (let index = 0; index < settled.length + open; index++) ledger.open();
      for (const { source, verdict } of settled) {
        ledger.settle(source, verdict);
        const key = JSON.stringify({ source, ...verdict });
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      const { connections, pending, tallies } = reader.read();
      expect([connections, pending]).toEqual([settled.length + open, open]);
      expect(new Map(tallies.map(({ count, ...key }) => [JSON.stringify(key), count]))).toEqual(expected);
    }),
  );
});

test('where keys run out the sum still holds, and what was known before is still counted apart', () => {
  // Five catch-alls, and two of its own.
  const ledger = new ConnectionLedger(7);
  const reader = new LedgerReader(ledger.memory);
  for (let index = 0; index < 100; index++) {
    ledger.open();
    ledger.settle(`127.0.${index}`, tlsRefusal('CERT_REVOKED'));
  }
  const { tallies } = reader.read();
  expect(tallies.map(({ source, count }) => [source, count])).toEqual([
    ['*', 98],
    ['127.0.0', 1],
    ['127.0.1', 1],
  ]);
});

test('a session that was refused what it did counts as refused in place of accepted', () => {
  const ledger = new ConnectionLedger();
  const accepted = connackVerdict(0);
  for (let sessions = 0; sessions < 3; sessions++) {
    ledger.open();
    ledger.settle('127.0.0', accepted);
  }
  ledger.resettle('127.0.0', accepted, operationRefusal('publish'));
  const { connections, pending, tallies } = new LedgerReader(ledger.memory).read();
  expect([connections, pending]).toEqual([3, 0]);
  expect(tallies.map(({ verdict, layer, cause, count }) => [verdict, layer, cause, count])).toEqual([
    ['accepted', null, 'accepted', 2],
    ['refused', 'authorization', 'publish', 1],
  ]);
});

test('a reader in another thread never sees a connection half booked', async () => {
  const writer = new Worker(new URL('./ledger-writer.ts', import.meta.url));
  const { memory } = await new Promise<{ memory: ConnectionLedger['memory'] }>((resolve) =>
    writer.once('message', resolve),
  );
  const reader = new LedgerReader(memory);
  let last = 0;
  for (let readings = 0; last < 200_000; readings++) {
    const { connections, pending, tallies } = reader.read();
    expect(connections).toBe(pending + tallies.reduce((sum, { count }) => sum + count, 0));
    expect(connections).toBeGreaterThanOrEqual(last);
    last = connections;
    if (readings % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.terminate();
});
