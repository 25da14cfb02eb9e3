import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { contenders } from './storm/contenders.ts';
import type { ContestantOrder, Lap } from './storm/contestant.ts';
import { type BenchTarget, bareSink, givenTarget, targetFlags } from './storm/targets.ts';

/**
 * What the generator costs: CPU per attempt of the whole storm, of its drivers alone, and of a plain `tls.connect` loop, each in a process
 * of its own, taking turns against the same target, round by round, in an order that changes. Medians over the rounds, so that a busy
 * moment of the machine falls on nobody in particular. The collection that the storm forces between rounds is told apart.
 */
const { values: flags } = parseArgs({
  options: {
    ...targetFlags,
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    'lap-ms': { type: 'string', default: '1000' },
    /** The wire driver is JavaScript: until V8 has compiled it there is nothing to measure. */
    'warmup-ms': { type: 'string', default: '1500' },
    concurrency: { type: 'string', default: '50' },
  },
});
/** What issue and README promise. */
const wanted = { ratioToPlainTlsConnect: 1.5, harnessMsPerAttempt: 0.1 };

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));

try {
  let target = await givenTarget(flags);
  if (target === undefined) {
    const sink = await bareSink(folder);
    children.push(sink.process);
    target = sink.target;
  }
  report(await race(target));
} finally {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function race(target: BenchTarget): Promise<Map<string, Lap[]>> {
  const running = new Map<string, ChildProcess>();
  for (const { name } of contenders) {
    const order: ContestantOrder = { ...target, contender: name, concurrency: Number(flags.concurrency) };
    const child = fork(new URL('./storm/contestant.ts', import.meta.url).pathname, [JSON.stringify(order)]);
    children.push(child);
    await answer(child, name);
    running.set(name, child);
  }
  const laps = new Map<string, Lap[]>(contenders.map(({ name }) => [name, []]));
  for (const [name, child] of running) await lap(child, name, Number(flags['warmup-ms']));
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

type DriverFigures = {
  /** CPU of the whole storm, milliseconds of user and system for each attempt: server verified, and not. */
  cpuMsPerAttempt: number;
  cpuMsPerAttemptUnverified: number;
  /** The driver without the storm around it (verified), and what the storm around it adds: schedule, draws, classification, recording. */
  driverCpuMsPerAttempt: number;
  harnessMsPerAttempt: number;
  attemptsPerSecond: number;
  ratioToPlainTlsConnect: number;
  /** CPU of the collection that the storm forces after each round, for each attempt of the round; not within the figures above. */
  collectionMsPerAttempt: number;
  /** CPU of a round however many attempts are in it, milliseconds; not within the figures above either. */
  roundMs: number;
};

function figuresOf(driver: string, laps: Map<string, Lap[]>): DriverFigures {
  const storm = `${driver}: storm`;
  const each = (name: string, figure: (lap: Lap) => number): number[] => (laps.get(name) ?? []).map(figure);
  const paired = (one: string, other: string, combine: (a: number, b: number) => number): number => {
    const others = each(other, cpuMsPerAttempt);
    return median(
      each(one, cpuMsPerAttempt).map((value, round) => combine(value, others[round] ?? Number.NaN)),
    );
  };
  return {
    cpuMsPerAttempt: median(each(storm, cpuMsPerAttempt)),
    cpuMsPerAttemptUnverified: median(each(`${storm}-unverified`, cpuMsPerAttempt)),
    driverCpuMsPerAttempt: median(each(`${driver}: driver`, cpuMsPerAttempt)),
    harnessMsPerAttempt: paired(storm, `${driver}: driver`, (whole, alone) => whole - alone),
    attemptsPerSecond: median(each(storm, ({ attempts, elapsedMs }) => (attempts / elapsedMs) * 1000)),
    ratioToPlainTlsConnect: paired(storm, 'plain', (whole, plain) => whole / plain),
    collectionMsPerAttempt: median(
      each(storm, ({ attempts, collectionCpuMs }) => collectionCpuMs / attempts),
    ),
    roundMs: median(each(storm, ({ roundCpuMs }) => roundCpuMs)),
  };
}

function cpuMsPerAttempt({ cpuMs, attempts }: Lap): number {
  return cpuMs / attempts;
}

function report(laps: Map<string, Lap[]>): void {
  const cpu = (name: string): number => median((laps.get(name) ?? []).map(cpuMsPerAttempt));
  const drivers = { node: figuresOf('node', laps), wire: figuresOf('wire', laps) };
  const best = (figure: 'cpuMsPerAttempt' | 'cpuMsPerAttemptUnverified'): 'node' | 'wire' =>
    drivers.wire[figure] <= drivers.node[figure] ? 'wire' : 'node';
  const driver = best('cpuMsPerAttempt');
  const driverUnverified = best('cpuMsPerAttemptUnverified');
  const pooled = cpu('wire: storm-pooled');
  const figures = {
    driver,
    ...drivers[driver],
    driverUnverified,
    cpuMsPerAttemptUnverified: drivers[driverUnverified].cpuMsPerAttemptUnverified,
    // Unverified too: the cheapest that a client can be, and no figure to compare with one that makes its own.
    cpuMsPerAttemptPooled: pooled,
    plainTlsConnectCpuMsPerAttempt: cpu('plain'),
    harnessAloneMsPerAttempt: cpu('harness'),
    drivers: { node: drivers.node, wire: { ...drivers.wire, cpuMsPerAttemptPooled: pooled } },
    wanted,
    rounds: Object.fromEntries(
      contenders.map(({ name }) => [name, (laps.get(name) ?? []).map(cpuMsPerAttempt)]),
    ),
  };
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return;
  }
  const line = (what: string, unit: string, node: number | undefined, wire: number, limit?: number): string =>
    `${what.padEnd(42)} ${(node?.toFixed(3) ?? '').padStart(9)} ${wire.toFixed(3).padStart(9)} ${unit}` +
    `${limit === undefined ? '' : `   (wanted: at most ${limit})`}\n`;
  const row = (what: string, unit: string, figure: keyof DriverFigures, limit?: number): string =>
    line(what, unit, drivers.node[figure], drivers.wire[figure], limit);
  const { ratioToPlainTlsConnect, harnessMsPerAttempt } = wanted;
  process.stdout.write(
    `${'CPU per attempt of the whole storm'.padEnd(42)} ${'node'.padStart(9)} ${'wire'.padStart(9)}\n` +
      row('server verified', 'ms', 'cpuMsPerAttempt') +
      row('server not verified', 'ms', 'cpuMsPerAttemptUnverified') +
      line('not verified, key shares from a pool', 'ms', undefined, pooled) +
      row('the driver alone, verified', 'ms', 'driverCpuMsPerAttempt') +
      row('harness: storm less its driver', 'ms', 'harnessMsPerAttempt', harnessMsPerAttempt) +
      row('collection after each round, apart', 'ms', 'collectionMsPerAttempt') +
      row('a round without attempts, apart', 'ms', 'roundMs') +
      row('against a plain tls.connect loop', '×', 'ratioToPlainTlsConnect', ratioToPlainTlsConnect) +
      row('attempts', '/s', 'attemptsPerSecond') +
      `plain tls.connect loop: ${figures.plainTlsConnectCpuMsPerAttempt.toFixed(3)} ms\n` +
      `the harness around a driver that does nothing: ${figures.harnessAloneMsPerAttempt.toFixed(4)} ms\n`,
  );
}
