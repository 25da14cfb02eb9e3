import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certstorm,
  childrenOf,
  isAlive,
  processesNaming,
  quickstart,
  resultIn,
  root,
  start,
  temporaryFolder,
  writeScenario,
} from './certstorm.ts';

const folder = temporaryFolder();
const cache = join(folder.path, 'cache');
const scenario = writeScenario(folder.path);
const heldConnections = join(root, 'scenarios/held-connections.yaml');
afterAll(folder.remove);

const longRun = (out: string) => ['run', scenario, '--out', out, '--set', 'load.duration=30s'];

function expectNothingLeft(): void {
  expect(existsSync(join(cache, 'work')) ? readdirSync(join(cache, 'work')) : []).toEqual([]);
  expect(processesNaming(cache)).toEqual([]);
}

/** Gone within a moment: the kernel takes a little to tear a killed process down. */
async function expectGone(pids: number[]): Promise<void> {
  for (let tries = 0; tries < 50 && pids.some(isAlive); tries++) await delay(20);
  expect(pids.filter(isAlive)).toEqual([]);
}

beforeAll(async () => {
  const warm = await certstorm(
    ['run', scenario, '--out', join(folder.path, 'warm'), '--set', 'load.duration=500ms'],
    { cache },
  );
  expect(warm.code, warm.stderr).toBe(0);
});

describe('Ctrl-C', () => {
  it('once: writes what was measured, marked, takes the broker down, exits 105', async () => {
    const out = join(folder.path, 'once');
    const run = start(longRun(out), { cache });
    await run.told('target');
    await delay(1_500);
    const brokers = childrenOf(run.pid);
    expect(brokers.length).toBeGreaterThan(0);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(105);
    const result = resultIn(out);
    expect(result.interrupted).toBe(true);
    expect(result.verdict.word).toBe('interrupted');
    expect(result.variants[0]?.accounting.finished).toBeGreaterThan(20);
    expect(result.variants[0]?.rounds[0]?.complete).toBe(false);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('interrupted');
    await expectGone(brokers);
    expectNothingLeft();
  });

  it('twice within the same moment is one key press, as npm forwards what the terminal has sent already', async () => {
    const out = join(folder.path, 'pressed');
    const run = start(longRun(out), { cache });
    await run.told('target');
    await delay(500);
    run.child.kill('SIGINT');
    await delay(20);
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(105);
    expect(resultIn(out).interrupted).toBe(true);
  });

  it('twice: gone at once, nothing left behind', async () => {
    const out = join(folder.path, 'twice');
    // A target that answers nothing would let attempts hang; the second signal must not wait for anything.
    const run = start([...longRun(out), '--set', 'load.gracefulStop=60s'], { cache });
    await run.told('target');
    await delay(500);
    const brokers = childrenOf(run.pid);
    for (const pid of brokers) process.kill(pid, 'SIGSTOP');
    await delay(300);
    run.child.kill('SIGINT');
    await delay(400);
    const secondAt = performance.now();
    run.child.kill('SIGINT');
    const { code } = await run.finished;
    expect(code).toBe(105);
    expect(performance.now() - secondAt).toBeLessThan(5_000);
    await expectGone(brokers);
    expectNothingLeft();
  });

  it('while the certificates are made: nothing was measured, and the result says so', async () => {
    const out = join(folder.path, 'early');
    const early = join(folder.path, 'cache-early');
    const run = start([...longRun(out), '--set', 'corpus.identities=60000'], { cache: early });
    while (!existsSync(join(early, 'work'))) await delay(20);
    await delay(300);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(105);
    expect(resultIn(out).variants[0]?.rounds).toEqual([]);
    const files = readdirSync(early, { recursive: true }).map(String);
    expect(files.filter((name) => /tmp|partial/.test(name))).toEqual([]);
  });
});

describe('when something is taken away in mid-storm', () => {
  it('a broker that is killed ends the round: the result keeps what was measured, exit 92', async () => {
    const out = join(folder.path, 'killed');
    const run = start(longRun(out), { cache });
    await run.told('target');
    await delay(2_000);
    for (const pid of childrenOf(run.pid)) process.kill(pid, 'SIGKILL');
    const { code, stdout, stderr } = await run.finished;
    expect(code, stdout + stderr).toBe(92);
    const result = resultIn(out);
    expect(result.valid).toBe(false);
    expect(result.invalidReasons.join('\n')).toMatch(
      /the broker was killed by SIGKILL \d+\.\d s into the round/,
    );
    expect(result.variants[0]?.accounting.finished).toBeGreaterThan(20);
    expectNothingLeft();
  });

  it('a run that is killed outright leaves no broker, and the next one sweeps its folder', async () => {
    const run = start(longRun(join(folder.path, 'gone')), { cache });
    await run.told('target');
    await delay(500);
    const brokers = childrenOf(run.pid);
    expect(brokers.length).toBeGreaterThan(0);
    run.child.kill('SIGKILL');
    await run.finished;
    await expectGone(brokers);
    const next = await certstorm(
      ['run', scenario, '--out', join(folder.path, 'next'), '--set', 'load.duration=300ms'],
      { cache },
    );
    expect(next.code, next.stderr).toBe(0);
    expectNothingLeft();
  });
});

describe('the output folder', () => {
  it('that cannot be made is refused before anything starts, exit 104', async () => {
    const { code, stderr } = await certstorm(['run', scenario, '--out', '/dev/null/results'], { cache });
    expect(code).toBe(104);
    expect(stderr).toMatch(/the output folder \/dev\/null\/results cannot be written .*--out/);
  });

  // Mounting a small file system takes root, which CI is.
  const mayMount = process.getuid?.() === 0 && mounts(folder.path);
  it.skipIf(!mayMount)(
    'that is full: the result is kept elsewhere and its place is told (needs root to mount a tmpfs)',
    async () => {
      const disk = join(folder.path, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]);
      try {
        const run = await certstorm(['run', scenario, '--out', disk, '--set', 'load.duration=500ms'], {
          cache,
        });
        expect(run.code, run.stderr).toBe(1);
        const place = /the result is in (\S+)\/result\.json/.exec(run.stderr)?.[1] ?? '';
        expect(run.stderr).toContain('no space left');
        const rescued = resultIn(place);
        expect(rescued.variants[0]?.accounting.finished).toBeGreaterThan(10);
        expect(readdirSync(disk).filter((name) => name.includes('tmp'))).toEqual([]);
        execFileSync('rm', ['-r', place]);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it.skipIf(!mayMount)(
    'that is read-only is refused, also for root, exit 104 (needs root to mount a tmpfs)',
    async () => {
      const disk = join(folder.path, 'read-only');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', disk]);
      try {
        const run = await certstorm(['run', scenario, '--out', disk], { cache });
        expect(run.code).toBe(104);
        expect(run.stderr).toContain('read-only');
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );
});

describe('what the machine refuses', () => {
  it('a port in use is one sentence with the port in it, exit 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const out = join(folder.path, 'port');
    const { code, stderr } = await certstorm(
      ['run', scenario, '--out', out, '--set', `target.port=${port}`],
      { cache },
    );
    server.close();
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(`${port}`);
    expect(stderr).toContain('in use');
    expect(resultIn(out).variants[0]?.failure).toContain('in use');
    expectNothingLeft();
  });

  it('a variant whose broker does not start is told, and the others are measured all the same, exit 92', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const file = join(folder.path, 'two.yaml');
    writeFileSync(
      file,
      `${readFileSync(scenario, 'utf8')}variants:
  - { name: free, set: { load.duration: 500ms } }
  - { name: taken, set: { load.duration: 500ms, target.port: ${port} } }
`,
    );
    const out = join(folder.path, 'two');
    const { code, stdout, stderr } = await certstorm(['run', file, '--out', out], { cache });
    server.close();
    expect(code, stdout + stderr).toBe(92);
    const variants = resultIn(out).variants;
    const named = (name: string) => variants.find((variant) => variant.name === name);
    expect(named('taken')?.failure).toContain('in use');
    expect(named('free')?.accounting.finished).toBeGreaterThan(20);
    expect(resultIn(out).verdict.reasons.join('\n')).toContain(`${port}`);
    expectNothingLeft();
  });

  it('64 file descriptors are too few: said before anything starts, with the mend, exit 92', async () => {
    const { code, stderr } = await certstorm(['run', quickstart, '--out', join(folder.path, 'few')], {
      cache,
      shell: 'ulimit -n 64;',
    });
    expect(code, stderr).toBe(92);
    expect(stderr).toMatch(/open files.*ulimit -n/);
    expectNothingLeft();
  });

  it('100,000 held sessions are too many for the machine: said before anything starts, exit 92', async () => {
    const { code, stderr } = await certstorm(
      [
        ...['run', heldConnections, '--out', join(folder.path, 'held'), '--variant', 'bundled'],
        ...['corpus.identities=100000', 'load.rate=1000', 'load.duration=100s'].flatMap((set) => [
          '--set',
          set,
        ]),
      ],
      { cache, shell: 'ulimit -n 4096;' },
    );
    expect(code, stderr).toBe(92);
    expect(stderr).toContain(
      'holds 100000 sessions, and so needs about 100128 open files, and this process and the broker each may have 4096, enough for 3968',
    );
    expectNothingLeft();
  });
});

describe('the corpus cache', () => {
  it('with a truncated and a foreign file in it is mended, and the run goes on', async () => {
    const files = readdirSync(cache, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(2);
    for (const [index, file] of files.entries()) {
      if (index % 2 === 0) truncateSync(file, 100);
      else writeFileSync(file, 'this is no file of the forge');
    }
    const run = await certstorm(
      ['run', scenario, '--out', join(folder.path, 'mended'), '--set', 'load.duration=500ms'],
      { cache },
    );
    expect(run.code, run.stderr).toBe(0);
  });
});

describe('the command line', () => {
  it('says what commands exist when it is given another, exit 104', async () => {
    const { code, stderr } = await certstorm(['storm'], { cache });
    expect(code).toBe(104);
    expect(stderr).toMatch(/unknown command 'storm'.*init.*run.*validate/);
  });

  it('refuses a flag that does not exist and a number that is none, exit 104', async () => {
    expect((await certstorm(['run', scenario, '--outt', 'x'], { cache })).code).toBe(104);
    const { code, stderr } = await certstorm(['run', scenario, '--seed', 'seven'], { cache });
    expect(code).toBe(104);
    expect(stderr).toContain('whole number');
  });

  it('names every mistake of a scenario with its place, exit 104, and starts nothing', async () => {
    const file = writeScenario(join(folder.path), (text) =>
      text.replace('defect: revoked', 'defect: revokd').replace('rate: 100', 'rate: fast'),
    );
    const { code, stderr } = await certstorm(['run', file, '--out', join(folder.path, 'never')], { cache });
    writeScenario(folder.path);
    expect(code).toBe(104);
    expect(stderr).toMatch(/scenario\.yaml:8:\d+: cohorts\[1\]\.defect: .*revoked/);
    expect(stderr).toMatch(/scenario\.yaml:5:\d+: load\.rate/);
    expect(existsSync(join(folder.path, 'never'))).toBe(false);
  });

  it('refuses the result of a later version in a sentence, exit 104', async () => {
    const file = join(folder.path, 'later.json');
    writeFileSync(
      file,
      JSON.stringify({ schema: 'certstorm/result@2', environment: { certstorm: '9.0.0' } }),
    );
    const { code, stderr } = await certstorm(['report', file], { cache });
    expect(code).toBe(104);
    expect(stderr).toMatch(/certstorm 9\.0\.0.*result@2/);
  });

  it('refuses a result of 500 MB unread, and one that was cut in the middle, in a sentence each, exit 104', async () => {
    const [huge, cut] = ['huge.json', 'cut.json'].map((name) => join(folder.path, name));
    if (huge === undefined || cut === undefined) throw new Error('there are two names');
    writeFileSync(huge, '{"schema":"certstorm/result@1","x":"');
    // Sparse: it takes no room on the disk.
    truncateSync(huge, 500_000_000);
    writeFileSync(cut, `{"schema":"certstorm/result@1","variants":[{"name":"a","rounds":[`);
    // With less memory than the file would take.
    const env = { NODE_OPTIONS: '--max-old-space-size=200' };
    const [large, short] = await Promise.all([
      certstorm(['report', huge], { cache, env }),
      certstorm(['report', cut], { cache }),
    ]);
    expect([large.code, short.code], large.stderr + short.stderr).toEqual([104, 104]);
    expect(large.stderr).toMatch(/^[^\n]*huge\.json is 500 MB large, more than the 250 MB[^\n]*\n$/);
    expect(short.stderr).toMatch(/^[^\n]*cut\.json ends in the middle[^\n]*\n$/);
  });
});

function mounts(dir: string): boolean {
  try {
    const probe = join(dir, 'probe');
    mkdirSync(probe);
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    // No right to mount here; the tests that need it say so in their names.
    return false;
  }
}
