import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { driverNames } from '../src/storm/drivers/index.ts';
import { findLimit } from './sessions/find-limit.ts';
import type { Held } from './sessions/one-process.ts';
import { describeFound, describeStep } from './sessions/words.ts';

/**
 * Held sessions. By itself: what one costs the generator in memory, with each driver. With `--find-limit`: how many this machine can hold
 * at all, found by holding them; it wants the machine to itself, and keeps memory free (`--keep-free`, MB).
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    sessions: { type: 'string', default: '2000' },
    /** Attempts a second; 300 with `--find-limit`. */
    rate: { type: 'string' },
    /** Only these drivers, parted by commas. */
    only: { type: 'string', default: driverNames.join(',') },
    'find-limit': { type: 'boolean', default: false },
    /** With `--find-limit`: one driver, and what it holds sessions at, `sink` or `bundled`. */
    driver: { type: 'string', default: 'node' },
    against: { type: 'string', default: 'sink' },
    /** Figures are told at so many sessions, at twice as many, and so on. */
    first: { type: 'string', default: '10000' },
    /** It ends there at the latest. */
    'up-to': { type: 'string', default: '200000' },
    /** Sessions of one generator and what it storms; as many as they may have open files, where left out. */
    'per-process': { type: 'string' },
    'keep-free': { type: 'string', default: '1024' },
  },
});

if (flags['find-limit']) await climb();
else await compare();

async function climb(): Promise<void> {
  const perProcess = flags['per-process'];
  const found = await findLimit(
    {
      driver: flags.driver,
      against: flags.against === 'bundled' ? 'bundled' : 'sink',
      rate: Number(flags.rate ?? 300),
      first: Number(flags.first),
      upTo: Number(flags['up-to']),
      keepFreeBytes: Number(flags['keep-free']) * 2 ** 20,
      ...(perProcess !== undefined && { perProcess: Number(perProcess) }),
    },
    (step) => {
      if (!flags.json) process.stdout.write(`${describeStep(step)}\n`);
    },
  );
  process.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : `${describeFound(found)}\n`);
  if (found.limit.of === 'a signal') process.exitCode = 130;
}

async function compare(): Promise<void> {
  const found: Held[] = [];
  const entry = new URL('./sessions/one-process.ts', import.meta.url).pathname;
  for (const driver of flags.only.split(',')) {
    const child = fork(entry, [driver, flags.sessions, flags.rate ?? '200'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`holding sessions with driver '${driver}' failed`);
    found.push(JSON.parse(text) as Held);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    for (const { driver, kBPerSession, rssMiB, sessions: held, limit } of found)
      process.stdout.write(
        `${driver.padEnd(8)} ${kBPerSession.toFixed(1).padStart(6)} kB a session, ${rssMiB.toFixed(0)} MiB with ${held} held; ` +
          `this machine has ${limit.of} for ${limit.sessions}\n`,
      );
  }
}
