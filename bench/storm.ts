import { type ChildProcess, fork } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { makeCorpus } from '../src/pki/index.ts';
import { contenders } from './storm/contenders.ts';
import type { ContestantOrder, Lap } from './storm/contestant.ts';
import { writeIdentities } from './storm/identities.ts';

/**
 * What the generator costs: CPU per attempt of the whole storm, of its driver alone, and of a plain `tls.connect` loop, each in a process
 * of its own, taking turns against the same target, round by round, in an order that changes. Medians over the rounds, so that a busy
 * moment of the machine falls on nobody in particular.
 */
const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    host: { type: 'string' },
    port: { type: 'string' },
    ca: { type: 'string' },
    identities: { type: 'string' },
    'server-name': { type: 'string' },
    rounds: { type: 'string', default: '5' },
    'lap-ms': { type: 'string', default: '1000' },
    concurrency: { type: 'string', default: '50' },
    'allow-remote': { type: 'boolean', default: false },
  },
});
const warmupMs = 400;
/** What issue and README promise. */
const wanted = { ratioToPlainTlsConnect: 1.5, harnessMsPerAttempt: 0.1 };

type Target = Pick<ContestantOrder, 'ip' | 'port' | 'serverName' | 'caFile' | 'identities'>;

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
const entry = (name: string): string => new URL(`./storm/${name}`, import.meta.url).pathname;

try {
  const target = flags.port === undefined ? await ownSink() : await givenTarget(flags.port);
  const laps = await race(target);
  report(laps);
} finally {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function ownSink(): Promise<Target> {
  const corpus = await makeCorpus(
    {
      seed: 1,
      algorithm: 'ecdsa-p256',
      crlEntries: 0,
      cohorts: [{ name: 'good', defect: 'none', identities: 200 }],
    },
    { cacheDir: join(folder, 'cache') },
  );
  const identities = join(folder, 'identities');
  writeIdentities(corpus, identities);
  const sink = fork(entry('sink.ts'), [corpus.serverCertFile, corpus.serverKeyFile, corpus.clientCaFile], {
    silent: true,
  });
  children.push(sink);
  const [port] = (await once(sink.stdout ?? sink, 'data')) as [Buffer];
  return {
    ip: '127.0.0.1',
    port: Number(port.toString()),
    serverName: 'localhost',
    caFile: corpus.serverCaFile,
    identities,
  };
}

async function givenTarget(port: string): Promise<Target> {
  const { ca, identities, host = '127.0.0.1' } = flags;
  if (ca === undefined || identities === undefined)
    throw new Error('--port needs --ca FILE and --identities DIR beside it');
  const ip = (await lookup(host)).address;
  const loopback = ip.startsWith('127.') || ip === '::1';
  if (!loopback && !flags['allow-remote']) {
    throw new Error(
      `${host} is not this machine: storm only brokers of your own, and say so with --allow-remote`,
    );
  }
  return {
    ip,
    port: Number(port),
    serverName: flags['server-name'] ?? (loopback ? 'localhost' : host),
    caFile: ca,
    identities,
  };
}

async function race(target: Target): Promise<Map<string, Lap[]>> {
  const running = new Map<string, ChildProcess>();
  for (const { name } of contenders) {
    const order: ContestantOrder = { ...target, contender: name, concurrency: Number(flags.concurrency) };
    const child = fork(entry('contestant.ts'), [JSON.stringify(order)]);
    children.push(child);
    await answer(child, name);
    running.set(name, child);
  }
  const laps = new Map<string, Lap[]>(contenders.map(({ name }) => [name, []]));
  for (const [name, child] of running) await lap(child, name, warmupMs);
  for (let round = 0; round < Number(flags.rounds); round++) {
    const names = contenders.map((_, turn) => contenders[(turn + round) % contenders.length]?.name ?? '');
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const child = running.get(name);
      if (child !== undefined) laps.get(name)?.push(await lap(child, name, Number(flags['lap-ms'])));
    }
  }
  return laps;
}

async function lap(child: ChildProcess, name: string, ms: number): Promise<Lap> {
  child.send(ms);
  return (await answer(child, name)) as Lap;
}

async function answer(child: ChildProcess, name: string): Promise<unknown> {
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`contender '${name}' ended with exit code ${code}: its error is above`);
  });
  gone.catch(() => {});
  const [message] = (await Promise.race([once(child, 'message'), gone])) as [unknown];
  return message;
}

function report(laps: Map<string, Lap[]>): void {
  const cpu = (name: string): number[] =>
    (laps.get(name) ?? []).map(({ cpuMs, attempts }) => cpuMs / attempts);
  const paired = (one: string, other: string, combine: (a: number, b: number) => number): number => {
    const others = cpu(other);
    return median(cpu(one).map((value, round) => combine(value, others[round] ?? Number.NaN)));
  };
  const figures = {
    cpuMsPerAttempt: median(cpu('storm')),
    cpuMsPerAttemptUnverified: median(cpu('storm-unverified')),
    attemptsPerSecond: median(
      (laps.get('storm') ?? []).map(({ attempts, elapsedMs }) => (attempts / elapsedMs) * 1000),
    ),
    ratioToPlainTlsConnect: paired('storm', 'plain', (storm, plain) => storm / plain),
    harnessMsPerAttempt: paired('storm', 'driver', (storm, driver) => storm - driver),
    plainTlsConnectCpuMsPerAttempt: median(cpu('plain')),
    driverCpuMsPerAttempt: median(cpu('driver')),
    wanted,
    rounds: Object.fromEntries(contenders.map(({ name }) => [name, cpu(name)])),
  };
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return;
  }
  const line = (what: string, value: number, unit: string, limit?: number): string =>
    `${what.padEnd(44)} ${value.toFixed(3).padStart(9)} ${unit}${limit === undefined ? '' : `   (wanted: at most ${limit})`}\n`;
  process.stdout.write(
    line('storm, server verified: CPU per attempt', figures.cpuMsPerAttempt, 'ms') +
      line('storm, server not verified', figures.cpuMsPerAttemptUnverified, 'ms') +
      line('its driver alone', figures.driverCpuMsPerAttempt, 'ms') +
      line('plain tls.connect loop', figures.plainTlsConnectCpuMsPerAttempt, 'ms') +
      line(
        'storm against plain tls.connect',
        figures.ratioToPlainTlsConnect,
        '×',
        wanted.ratioToPlainTlsConnect,
      ) +
      line('harness: storm less its driver', figures.harnessMsPerAttempt, 'ms', wanted.harnessMsPerAttempt) +
      line('attempts', figures.attemptsPerSecond, '/s'),
  );
}
