import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCapacity, type MachineLimits } from '../../src/run/capacity/check-capacity.ts';
import { demandOf } from '../../src/run/capacity/demand.ts';
import { mostSessions } from '../../src/run/capacity/most-sessions.ts';
import { fileDescriptorLimit, openFilesShort } from '../../src/run/capacity/open-files.ts';
import { RunError } from '../../src/run/run-error.ts';
import { vocabulary } from '../../src/run/vocabulary.ts';
import type { VariantPlan } from '../../src/scenario/plan.ts';
import { parseScenario } from '../../src/scenario/read.ts';

/** So much of everything that nothing is short. */
const plenty: MachineLimits = {
  openFiles: undefined,
  ports: { first: 32_768, last: 60_999 },
  availableBytes: 1e12,
};

type Asked = {
  identities?: number;
  target?: string;
  load?: string;
  /** Of the cohort that stays; another, of clients that leave at once, has a weight of 1. */
  weight?: number;
  hold?: string;
};

function variant({
  identities = 100_000,
  target = '{ kind: bundled }',
  load = '{ model: constant-arrival-rate, rate: 2000, duration: 60s }',
  weight = 0,
  hold = 'until-end',
}: Asked = {}): VariantPlan {
  const others = weight === 0 ? '' : '\n  - { name: leaves, expect: accept }';
  const text = `name: held
corpus: { identities: ${identities} }
target: ${target}
load: ${load}
cohorts:
  - { name: stays, expect: accept, weight: ${Math.max(1, weight)}, session: { hold: ${hold} } }${others}
`;
  const [made] = parseScenario(text, 'held.yaml', vocabulary).variants;
  if (made === undefined) throw new Error('no variant');
  return made;
}

function check(plan: VariantPlan, limits: Partial<MachineLimits>, workers = 1) {
  try {
    return { warnings: checkCapacity([plan], workers, { ...plenty, ...limits }), code: null, told: '' };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return { warnings: [], code: error.code, told: error.message };
  }
}

describe('100,000 held sessions', () => {
  it('are held by a machine that has enough of everything', () => {
    expect(check(variant(), {})).toEqual({ warnings: [], code: null, told: '' });
  });

  it('want as many open files, of this process and of the broker', () => {
    expect(check(variant(), { openFiles: 20_000 })).toEqual({
      warnings: [],
      code: 'file-descriptors',
      told:
        "variant 'default' holds 100000 sessions, and so needs about 100128 open files, and this process and the broker each may have " +
        '20000, enough for 19872: raise the limit with `ulimit -n 200256`, or lower corpus.identities to 19872',
    });
  });

  it('want a port each of a source address: to loopback there are enough of those, to another host there is one', () => {
    const remote = '{ kind: external, host: 10.1.1.1, port: 8883, allowRemote: true }';
    const { code, told } = check(variant({ target: remote }), {});
    expect(code).toBe('ports');
    expect(told).toBe(
      "variant 'default' holds 100000 sessions at 10.1.1.1, and one source address has ports for 28232 (1 × 28232 ephemeral ports, " +
        '32768–60999): widen the range with `sysctl -w net.ipv4.ip_local_port_range="1024 65535"`, which gives 64512, and storm ' +
        'from 2 machines, or lower corpus.identities to 28232',
    );
    const near = check(variant({ identities: 70_000 }), { ports: { first: 50_000, last: 50_299 } });
    expect(near.code).toBeNull();
    expect(near.warnings[0]).toContain('less those in TIME_WAIT');
    expect(near.warnings[0]).toContain('or lower corpus.identities to 60960');
    const narrow = check(variant(), { ports: { first: 50_000, last: 50_299 } });
    expect(narrow.told).toContain('254 source addresses have ports for 76200 (254 × 300 ephemeral ports');
    expect(check(variant(), { ports: { first: 50_000, last: 50_299 } }, 2).code).toBeNull();
  });

  it('want memory of the generator, of the bundled broker and of the kernel', () => {
    const { code, told } = check(variant(), { availableBytes: 8e9 });
    expect(code).toBe('memory');
    expect(told).toBe(
      "variant 'default' holds 100000 sessions, which take about 21.0 GB of memory (the generator 12.0 GB, the bundled broker 8.0 GB), " +
        'and 8.0 GB are available: that is enough for 30476 with a fifth to spare; free memory, storm with driver wire (5.3 GB less), ' +
        'or lower corpus.identities to 30476',
    );
  });

  it('are a warning where they take nearly all that there is', () => {
    const { code, warnings } = check(variant(), { availableBytes: 22e9 });
    expect(code).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/take about 21\.0 GB of memory .* 22\.0 GB are available/);
  });

  it('are told of everything that is short, at once', () => {
    const { code, told } = check(variant(), { openFiles: 20_000, availableBytes: 8e9 });
    expect(code).toBe('file-descriptors');
    expect(told.split('\n')).toHaveLength(2);
  });

  it('cannot be had of a broker of somebody else’s whose process may not open so many files', async () => {
    const broker = spawn('sh', ['-c', 'ulimit -n 300; echo; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await once(broker.stdout, 'data');
      const pid = broker.pid ?? 0;
      expect(fileDescriptorLimit(pid)).toBe(300);
      const external = variant({ target: `{ kind: external, port: 8883, processId: ${pid} }` });
      const short = openFilesShort(external, demandOf(external), 1e6);
      expect(short?.sentence).toContain(
        `needs about 100128 open files of the broker, and its process ${pid} may have 300, enough for 172: raise the limit with ` +
          `\`prlimit --pid ${pid} --nofile=200256\``,
      );
    } finally {
      broker.kill('SIGKILL');
    }
  });
});

describe('the most that a machine can hold', () => {
  it('is of what it has least of, and neither warned of nor refused', () => {
    for (const [limits, of] of [
      [{ openFiles: 20_000 }, 'open files'],
      [{ availableBytes: 8e9 }, 'memory'],
      [{ ports: { first: 50_000, last: 50_099 } }, 'source ports'],
    ] as const) {
      const most = mostSessions({ ...plenty, ...limits }, 1, 'node');
      expect(most.of).toBe(of);
      const held = (identities: number) => check(variant({ identities }), limits);
      // Beside what is held, 64 attempts may be in flight.
      expect(held(most.sessions - 64)).toEqual({ warnings: [], code: null, told: '' });
      const more = held(most.sessions + 64);
      expect(more.warnings.length + more.told.length).toBeGreaterThan(0);
    }
  });
});

describe('how many sessions are held at one time', () => {
  const sessions = (asked: Asked) => demandOf(variant(asked)).sessions;

  it('is no more than arrive, than there are identities, or than come within the time that each stays', () => {
    expect(sessions({ load: '{ model: constant-arrival-rate, rate: 100, duration: 12s }' })).toBe(1_200);
    expect(sessions({ load: '{ model: poisson, rate: 100, duration: 12s }', hold: '2s' })).toBe(200);
    expect(sessions({ identities: 500 })).toBe(500);
    expect(sessions({ weight: 3, load: '{ model: constant-arrival-rate, rate: 100, duration: 12s }' })).toBe(
      900,
    );
    expect(sessions({ load: '{ model: thundering-herd, clients: 300, duration: 5s }' })).toBe(300);
    expect(sessions({ load: '{ model: constant-vus, vus: 40, duration: 5s }', weight: 1 })).toBe(40);
    const ramp = 'stages: [{ duration: 10s, target: 100 }]';
    expect(sessions({ load: `{ model: ramping-arrival-rate, rate: 0, ${ramp} }` })).toBe(500);
  });

  it('fits when lowered to what the sentence says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 60_000 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 300, max: 30_000 }),
        fc.integer({ min: 1, max: 40 }),
        (identities, weight, openFiles, availableGB) => {
          const limits = { openFiles, availableBytes: availableGB * 1e8 };
          const load = '{ model: constant-arrival-rate, rate: 50000, duration: 60s }';
          const { told } = check(variant({ identities, weight, load }), limits);
          const fits = [...told.matchAll(/lower corpus\.identities to (\d+)/g)].map(([, found]) =>
            Number(found),
          );
          const lowered = Math.min(...fits);
          fc.pre(lowered >= 10 && lowered !== Infinity);
          expect(check(variant({ identities: lowered, weight, load }), limits).code).toBeNull();
        },
      ),
      { numRuns: 20 },
    );
  });
});
