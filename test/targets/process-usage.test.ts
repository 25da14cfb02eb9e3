import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepLastLines } from '../../src/targets/last-lines.ts';
import { readProcessUsage } from '../../src/targets/process-usage.ts';
import { serverNameOf } from '../../src/targets/server-name.ts';
import { makeTestPki, type TestPki } from '../broker/test-pki.ts';

let pki: TestPki;

beforeAll(() => {
  pki = makeTestPki();
});

afterAll(() => pki.remove());

test.runIf(process.platform === 'linux')(
  'what the kernel says of this process is what this process says of itself',
  () => {
    const own = process.cpuUsage();
    const usage = readProcessUsage(process.pid);
    expect(
      Math.abs((usage?.cpuUserMs ?? 0) + (usage?.cpuSystemMs ?? 0) - (own.user + own.system) / 1000),
    ).toBeLessThanOrEqual(30);
    expect(usage?.rssPeakBytes).toBeGreaterThanOrEqual(usage?.rssBytes ?? Number.NaN);
  },
);

test.runIf(process.platform === 'linux')(
  'a process whose name holds spaces and parentheses is read right',
  async () => {
    const child = spawn(process.execPath, [
      '-e',
      'process.title = "a) b (c 1 2 3"; console.log(1); setInterval(() => {}, 1e6)',
    ]);
    await once(child.stdout, 'data');
    const usage = readProcessUsage(child.pid ?? 0);
    expect(usage?.cpuUserMs).toBeGreaterThan(0);
    expect(usage?.cpuUserMs).toBeLessThan(60_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
  },
);

test('of a process that is gone there is nothing to say', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(readProcessUsage(child.pid ?? 0)).toBeNull();
});

test('the last twenty lines are kept, also an unfinished one', () => {
  const stream = new PassThrough();
  const lines = keepLastLines(stream);
  for (let index = 0; index < 30; index++) stream.write(`line ${index}\n`);
  stream.write('half a li');
  expect(lines()).toHaveLength(20);
  expect(lines().slice(-2)).toEqual(['line 29', 'half a li']);
});

test('a server certificate is expected under a name that it has', () => {
  expect(serverNameOf(readFileSync(pki.serverCertFile))).toBe('localhost');
  expect(serverNameOf(pki.clients.good.cert)).toBeNull();
});
