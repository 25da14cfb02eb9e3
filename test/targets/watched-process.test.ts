import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeDeath, WatchedProcess } from '../../src/targets/watched-process.ts';

const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];

test('a program that is not there could not be started', async () => {
  const watching = WatchedProcess.watch(spawn('/no/such/broker', { stdio }), 'the broker');
  await expect(watching).rejects.toMatchObject({
    name: 'TargetError',
    code: 'ERR_TARGET_SPAWN',
    message: expect.stringMatching(/^the broker could not be started: .*ENOENT/),
  });
});

test('a death is told with what the process said last, not with its stack', async () => {
  const script = 'throw Object.assign(new Error("disk on fire"), { code: "EFIRE", level: { of: 3 } })';
  const child = spawn(process.execPath, ['-e', script], { stdio });
  const death = await (await WatchedProcess.watch(child, 'the broker')).died;
  expect(describeDeath(death)).toBe('ended with exit code 1: Error: disk on fire');
  expect(death.lastStderr.at(-1)).toMatch(/^Node\.js v/);
});

test('what a process writes as it is stopped is read to the end, and it goes in good order when it can', async () => {
  const script =
    'process.on("SIGTERM", () => { console.error("bye"); process.exit(0); }); setInterval(() => {}, 1e6)';
  const child = spawn(process.execPath, ['-e', `${script}; console.error("up")`], { stdio });
  const watched = await WatchedProcess.watch(child, 'the broker');
  await new Promise((resolve) => child.stderr?.once('data', resolve));
  await watched.stop(() => child.kill('SIGTERM'));
  expect(await watched.ended).toEqual({ code: 0, signal: null, lastStderr: ['up', 'bye'] });
});
