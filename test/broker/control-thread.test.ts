import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BrokerError } from '../../src/broker/broker-error.ts';
import { ControlClient } from '../../src/broker/control-client.ts';

function spawnBlocked(blockMs: number) {
  const entry = fileURLToPath(new URL('./blocked-broker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', entry, String(blockMs)], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const channel = child.stdio[3] as Duplex;
  return { child, channel, control: new ControlClient(channel), exited: once(child, 'exit') };
}

/** Resolves once the main thread has booked its connection; it stands still from then on. */
async function untilBlocked(control: ControlClient): Promise<void> {
  while ((await control.snapshot()).connections === 0);
}

test('a snapshot is answered while the main thread stands still for ever', async () => {
  const { child, control, exited } = spawnBlocked(Number.POSITIVE_INFINITY);
  const marked = control.mark();
  await untilBlocked(control);
  const { connections, pending, cpuUserMs, rssBytes, rssPeakBytes, revocation } = await control.snapshot();
  expect(revocation).toEqual({ check: 'crl-indexed', swaps: 1, troubles: {} });
  expect([connections, pending]).toEqual([1, 1]);
  expect(cpuUserMs).toBeGreaterThan(0);
  expect(rssBytes).toBeGreaterThan(10 * 2 ** 20);
  expect(rssPeakBytes).toBeGreaterThanOrEqual(rssBytes);
  child.kill('SIGKILL');
  await exited;
  control.end(new BrokerError('ERR_BROKER_GONE', 'gone'));
  await expect(marked).rejects.toThrow('gone');
});

test('a broker whose main thread stands still ends as soon as its control channel does', async () => {
  const { channel, control, exited } = spawnBlocked(Number.POSITIVE_INFINITY);
  control.mark().catch(() => undefined);
  await untilBlocked(control);
  channel.destroy();
  expect(await exited).toEqual([null, 'SIGKILL']);
  control.end(new BrokerError('ERR_BROKER_GONE', 'gone'));
});

test('a block of the main loop shows in its event-loop delay, less the time between two probes', async () => {
  const blockMs = 300;
  const { child, control, exited } = spawnBlocked(blockMs);
  await control.mark();
  let max = 0;
  while (max < blockMs - 20) max = (await control.snapshot()).eventLoopDelayMs.max;
  const { p50 } = (await control.snapshot()).eventLoopDelayMs;
  expect(p50).toBeLessThan(max);
  child.kill('SIGKILL');
  await exited;
});

test('a request that is made after the end is rejected, and says why', async () => {
  const { child, control, exited } = spawnBlocked(0);
  await control.snapshot();
  child.kill('SIGKILL');
  await exited;
  control.end(new BrokerError('ERR_BROKER_GONE', 'the broker is gone'));
  await expect(control.snapshot()).rejects.toMatchObject({
    code: 'ERR_BROKER_GONE',
    message: 'the broker is gone',
  });
});
