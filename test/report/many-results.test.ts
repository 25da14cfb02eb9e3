import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { report } from '../../src/cli/report.ts';
import { serveReport } from '../../src/cli/report-server.ts';
import { renderHistory } from '../../src/report/html/history-page.ts';
import { combineResults, formats, historyOf } from '../../src/report/index.ts';
import { type Result, readResult, serialiseResult } from '../../src/result/index.ts';
import { seededRandom } from '../../src/stats/index.ts';
import { brokerLeague, refusalLadder } from '../fixtures/results/brokers.ts';
import { madeHostile } from '../fixtures/results/hostile.ts';
import { singleRun, threeVariants } from '../fixtures/results/results.ts';
import { crlAgainstOcsp, ocspFaults, revocationLag } from '../fixtures/results/revocation.ts';
import { compared, flood, reconnectStorm } from '../fixtures/results/sessions.ts';
import { hostileText, unseen } from './hostile-text.ts';

const old = new URL('../fixtures/old-results/quickstart-0.1.0.json', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'certstorm-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const quiet = { format: [], port: 0 };
const said = async (action: () => Promise<void>): Promise<string> => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await action();
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
};

describe('a result of the first version', () => {
  it('stays readable, in every format', async () => {
    const result = await readResult(old);
    expect(result.environment.certstorm).toBe('0.1.0');
    for (const { render } of formats) expect(render(result).length).toBeGreaterThan(1);
    expect(formats.find(({ format }) => format === 'html')?.render(result)).toContain(
      'How long until a client is let in or turned away?',
    );
  });
});

describe('CSV', () => {
  const csv = formats.find(({ format }) => format === 'csv');
  const fields = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) => quoted ?? plain);

  it('has every figure of the result under its own name, whole and by round', () => {
    const result = threeVariants();
    const lines = csv?.render(result).trimEnd().split('\r\n').map(fields) ?? [];
    const find = (variant: string, round: string, scope: string, metric: string) =>
      lines.find(
        (line) => line[0] === variant && line[2] === round && line[3] === scope && line[4] === metric,
      )?.[5];
    const native = result.variants[1];
    expect(find('crl-native', '', 'target', 'cpuMsPerAttempt')).toBe(String(native?.target.cpuMsPerAttempt));
    expect(find('crl-native', '2', 'target', 'cpuMsPerAttempt')).toBe(
      String(native?.rounds[1]?.target.cpuMsPerAttempt),
    );
    expect(find('crl-native', '', 'cohort good', 'latencyMs.authenticated.p50')).toBe(
      String(native?.cohorts[0]?.latencyMs.authenticated?.p50),
    );
    expect(find('none', '', 'cohort revoked', 'outcomes.accepted CONNACK 0')).toBe('300');
    const [, second] = native?.rounds ?? [];
    expect(find('crl-native', '2', 'machine', 'calibration.p256Verify')).toBe(
      String(second?.machine?.calibration.p256Verify),
    );
    expect(find('crl-native', '2', 'kernel', 'retransmits')).toBe('3');
    expect(find('crl-native', '2', 'target', 'collections.count')).toBe('14');
    expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([6]));
  });

  it('keeps six cells a line and no formula, whatever the names', () => {
    const small = compared();
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines =
          csv
            ?.render(madeHostile({ ...small, variants: small.variants.slice(0, 1) }, text))
            .trimEnd()
            .split('\r\n') ?? [];
        for (const line of lines) {
          const cells = fields(line);
          expect(cells).toHaveLength(6);
          for (const cell of cells.slice(0, 5)) expect(cell).not.toMatch(/^[\s\ufeff]*[=+\-@]/);
        }
      }),
      { numRuns: 8 },
    );
  });
});

describe('each kind of scenario', () => {
  const kinds = [
    crlAgainstOcsp(1),
    revocationLag(),
    ocspFaults(),
    flood(1),
    reconnectStorm(1),
    refusalLadder(1),
    brokerLeague(1),
    compared(),
  ];

  it('has nothing unseen and no markup but its own in any format, whatever the names', () => {
    const tags = (page: string) => page.match(/<(?:script|img|iframe|svg onload|body|x)\b/g)?.length;
    // The result itself, which a page carries along unless names have made it too large.
    const carried = '<script type="application/gzip" id="result-json">';
    const own = kinds.map((result) => tags(formats[0]?.render(madeHostile(result, 'plain')) ?? ''));
    fc.assert(
      fc.property(fc.nat(kinds.length - 1), hostileText, (kind, text) => {
        const result = madeHostile(kinds[kind] as Result, text);
        for (const { format, render } of formats) {
          if (format === 'json') continue;
          // A CSV ends its lines as RFC 4180 wants it.
          const told = render(result).replaceAll('\r\n', '\n');
          expect(unseen.exec(told)?.[0]).toBeUndefined();
          if (format === 'html')
            expect(tags(told)).toBe((own[kind] ?? NaN) - (told.includes(carried) ? 0 : 1));
        }
      }),
      { numRuns: 14, examples: [[0, 'x'.repeat(65_536) + '\u202e<b>'.repeat(8000)]] },
    );
  });
});

describe('several results in one report', () => {
  it('keep their figures under the name of their run, and the worst verdict', () => {
    const both = combineResults([
      { name: 'monday', result: singleRun() },
      { name: 'tuesday', result: threeVariants() },
    ]);
    expect(both.variants.map(({ name }) => name)).toEqual([
      'monday: default',
      'tuesday: none',
      'tuesday: crl-native',
      'tuesday: crl-indexed',
    ]);
    expect(both.variants[0]?.target).toEqual(singleRun().variants[0]?.target);
    expect(both.verdict.exitCode).toBe(91);
    expect(both.verdict.reasons.join()).toContain('not measured side by side');
  });

  it('are written by the command, and as one result that can be read again', async () => {
    const out = join(folder, 'both');
    const text = await said(() => report([old, old], { ...quiet, out }));
    for (const name of ['report.html', 'summary.md', 'junit.xml']) expect(text).toContain(join(out, name));
    expect(text).not.toContain('figures.csv');
    const combined = await readResult(join(out, 'result.json'));
    expect(combined.variants.map(({ name }) => name)).toEqual([
      'quickstart-0.1.0 1: default',
      'quickstart-0.1.0 2: default',
    ]);
  });

  it('need a folder of their own', async () => {
    await expect(report([old, old], quiet)).rejects.toThrow(/--out DIR/);
    await expect(report([], quiet)).rejects.toThrow(/name the result.json/);
  });
});

describe('the history of many results', () => {
  const random = seededRandom(11);
  const run = (day: number, factor: number): Result => {
    const result = structuredClone(template);
    const target = result.variants[0]?.target;
    if (target !== undefined) target.cpuMsPerAttempt = factor * (0.98 + 0.04 * random());
    return { ...result, startedAt: new Date(Date.UTC(2026, 0, day)).toISOString() };
  };
  const template = singleRun();
  const results = Array.from({ length: 24 }, (_, i) => run(i + 1, i < 14 ? 1.1 : 1.3));

  it('shows where a level changed, and nowhere else', () => {
    const series = historyOf(results.toReversed());
    const changed = series.filter(({ changes }) => changes.length > 0);
    expect(changed.map(({ metric, changes }) => [metric, changes.map(({ index }) => index)])).toEqual([
      ['Broker CPU per attempt', [14]],
    ]);
    expect(renderHistory(series, 24).source).toMatch(
      /went from <strong>1\.\d\d ms<\/strong> to <strong>1\.\d\d ms<\/strong> \(1\.\d\d×\) with the run of 2026-01-15/,
    );
  });

  it('calls a fall of the rate bad, and a fall of a cost good', () => {
    const [first] = historyOf(results);
    if (first === undefined) throw new Error('there is a history');
    const fall = { ...first, changes: [{ index: 14, before: 2, after: 1, p: 0.001 }] };
    const tone = (moreIsWorse: boolean) =>
      /<li class="(\w+)">/.exec(renderHistory([{ ...fall, moreIsWorse }], 24).source)?.[1];
    expect([tone(true), tone(false)]).toEqual(['good', 'bad']);
  });

  it('is drawn from a folder, what is no result being passed over', async () => {
    const dir = join(folder, 'history');
    for (const [i, result] of results.slice(0, 3).entries()) {
      mkdirSync(join(dir, String(i)), { recursive: true });
      writeFileSync(join(dir, String(i), 'result.json'), serialiseResult(result));
    }
    writeFileSync(join(dir, 'other.json'), '{}');
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await said(() => report([], { ...quiet, history: dir }));
    expect(stderr.mock.calls.join()).toContain('1 other JSON files were passed over');
    stderr.mockRestore();
    expect(readFileSync(join(dir, 'history.html'), 'utf8')).toContain('3 runs');
    await expect(report([], { ...quiet, history: join(dir, '0') })).rejects.toThrow(/there is one/);
    await expect(report([], { ...quiet, history: join(dir, 'nowhere') })).rejects.toThrow(/can't be read/);
  });
});

describe('a served report', () => {
  it('is made anew when its result changes, says so to open pages, and is for this machine alone', async () => {
    const file = join(folder, 'served.json');
    copyFileSync(old, file);
    const { address, close } = await serveReport(
      [file],
      async () => (await readResult(file)).scenario.name,
      0,
    );
    try {
      expect(await (await fetch(address)).text()).toBe('quickstart');
      const changes = await fetch(`${address}changes`);
      const reader = changes.body?.getReader();
      const result = await readResult(file);
      writeFileSync(file, serialiseResult({ ...result, scenario: { ...result.scenario, name: 'renamed' } }));
      let heard = '';
      while (!heard.includes('event: change'))
        heard += new TextDecoder().decode((await reader?.read())?.value);
      expect(await (await fetch(address)).text()).toBe('renamed');
      rmSync(file);
      const gone = await fetch(address);
      expect([gone.status, await gone.text()]).toEqual([
        503,
        expect.stringMatching(/^Waiting: .*does not exist/),
      ]);
      expect(await statusWithHost(address, 'evil.example')).toBe(403);
    } finally {
      await close();
    }
    await expect(fetch(address)).rejects.toThrow();
  });
});

function statusWithHost(address: string, host: string): Promise<number | undefined> {
  return new Promise((done, fail) => {
    request(address, { headers: { host } }, (response) => {
      response.resume();
      done(response.statusCode);
    })
      .on('error', fail)
      .end();
  });
}
