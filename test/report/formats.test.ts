import fc from 'fast-check';
import { HistogramLogReader } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { csvCell } from '../../src/report/html/csv.ts';
import { formats, renderTerminal } from '../../src/report/index.ts';
import { widthOf } from '../../src/report/terminal-layout.ts';
import type { Result } from '../../src/result/index.ts';
import { everyEnd } from '../fixtures/results/every-kind.ts';
import {
  hostileRun,
  interruptedRun,
  nothingButFailures,
  singleRun,
  threeVariants,
} from '../fixtures/results/results.ts';
import { hostileText, unseen } from './hostile-text.ts';
import { readXml } from './xml.ts';

function render(format: string, result: Result): string {
  const found = formats.find((one) => one.format === format);
  if (found === undefined) throw new Error(`no format ${format}`);
  return found.render(result);
}

const everyResult = Object.entries(everyEnd);

const runs = { numRuns: 30 };

describe('each format', () => {
  it('has a name and a file name of its own', () => {
    expect(formats.map(({ format, fileName }) => [format, fileName])).toEqual([
      ['html', 'report.html'],
      ['markdown', 'summary.md'],
      ['conformance', 'conformance.md'],
      ['junit', 'junit.xml'],
      ['github', 'annotations.txt'],
      ['gitlab', 'gl-code-quality-report.json'],
      ['tap', 'results.tap'],
      ['openmetrics', 'metrics.prom'],
      ['csv', 'figures.csv'],
      ['hlog', 'histograms.hlog'],
      ['json', 'result.json'],
    ]);
  });

  it.each(everyResult)('tells %s, and the same twice', (_, make) => {
    const result = make();
    for (const { format, render: once } of formats) {
      const told = once(result);
      // Where nothing is wrong, a list of findings is empty.
      expect(told.length).toBeGreaterThan(format === 'gitlab' ? 2 : 50);
      expect(once(result)).toBe(told);
    }
  });

  it('leaves no character in a report that is not seen', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const result = hostileRun(text);
        // Our own word joiner is written as a character reference, so it is none in the text.
        for (const format of ['html', 'markdown', 'junit', 'openmetrics', 'csv', 'hlog']) {
          expect(render(format, result).replaceAll('\r\n', '\n')).not.toMatch(unseen);
        }
      }),
      runs,
    );
  });
});

describe('names that every object has', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    '%s is a name like any other',
    (name) => {
      const result = hostileRun(name);
      const [first] = result.variants;
      if (first === undefined) throw new Error('the fixture has a variant');
      // A second variant without that label: it must not find the one that it inherits.
      const all = { ...result, variants: [first, { ...first, name: 'other', labels: {} }] };
      for (const { format, render: tell } of formats) {
        if (format !== 'json') expect(tell(all)).not.toContain('[native code]');
      }
    },
  );
});

describe('JUnit', () => {
  it('is well-formed whatever the names', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const elements = readXml(render('junit', hostileRun(text)));
        expect(elements.filter(({ name }) => name === 'testsuite')).toHaveLength(2);
      }),
      runs,
    );
  });

  it.each(everyResult)('of %s counts its own cases', (_, make) => {
    const elements = readXml(render('junit', make()));
    const amount = (name: string) => elements.filter((element) => element.name === name).length;
    const sum = (attribute: string) =>
      elements
        .filter(({ name }) => name === 'testsuite')
        .reduce((total, { attributes }) => total + Number(attributes[attribute]), 0);
    const [root] = elements;
    expect(Number(root?.attributes.tests)).toBe(amount('testcase'));
    expect(Number(root?.attributes.failures)).toBe(amount('failure'));
    expect(Number(root?.attributes.errors)).toBe(amount('error'));
    expect(sum('tests')).toBe(amount('testcase'));
    expect(sum('skipped')).toBe(amount('skipped'));
  });

  it('fails the cohort, the threshold and the validity that failed, and nothing else', () => {
    const failed = (result: Result) =>
      render('junit', result)
        .split('<testcase ')
        .filter((text) => text.includes('<failure'))
        .map((text) => /name="([^"]*)" time/.exec(text)?.[1]);
    expect(failed(singleRun())).toEqual([]);
    expect(failed(threeVariants())).toEqual([
      'cohort revoked: reject',
      'threshold revoked.falseAccepts == 0',
    ]);
    expect(failed(nothingButFailures())).toContain('the measurement is valid');
  });

  it('skips cohorts that no attempt was made of, and reports the stop as an error', () => {
    const xml = render('junit', interruptedRun());
    expect(xml.match(/<skipped /g)).toHaveLength(9);
    expect(xml).toContain('<error message="the run was stopped before its end">');
  });
});

describe('OpenMetrics', () => {
  const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
  const sample = new RegExp(
    String.raw`^certstorm_[a-z_]+\{(?:${label}(?:,${label})*)?\} -?\d+(?:\.\d+)?(?:e[-+]?\d+)?$`,
  );
  const meta =
    /^# (?:TYPE certstorm_[a-z_]+ (?:gauge|counter|summary|info)|UNIT certstorm_[a-z_]+ (?:seconds|bytes)|HELP certstorm_[a-z_]+ [^\\\n]+)$/;

  const check = (text: string) => {
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    const lines = text.split('\n').slice(0, -2);
    for (const line of lines) if (!sample.test(line)) expect(line).toMatch(meta);
    const series = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(series).size).toBe(series.length);
  };

  it.each(everyResult)('of %s is in the exposition format, each series once', (_, make) => {
    check(render('openmetrics', make()));
  });

  it('stays so whatever the names', () => {
    fc.assert(
      fc.property(hostileText, (text) => check(render('openmetrics', hostileRun(text)))),
      runs,
    );
  });

  it('gives counters their suffix and times in seconds', () => {
    const text = render('openmetrics', singleRun());
    expect(text).toMatch(/# TYPE certstorm_attempts counter\n/);
    expect(text).toMatch(/certstorm_attempts_total\{[^}]*cohort="good"[^}]*\} 2400\n/);
    expect(text).toMatch(
      /certstorm_service_time_seconds\{[^}]*cohort="good",phase="authenticated",quantile="0.5"\} 0\.00/,
    );
  });
});

describe('the HdrHistogram log', () => {
  it('is read back by HdrHistogram with every tag and count', () => {
    const result = threeVariants();
    const reader = new HistogramLogReader(render('hlog', result));
    const read = new Map<string, number>();
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
      read.set(next.tag, next.totalCount);
    }
    expect(read.size).toBe(3 * 9 * 2);
    const good = result.variants[1]?.cohorts[0];
    expect(read.get('crl-native/good/authenticated')).toBe(good?.latencyMs.authenticated?.count);
  });

  it('keeps one line for each histogram whatever the names', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines = render('hlog', hostileRun(text)).trimEnd().split('\n').slice(5);
        expect(lines).toHaveLength(6);
        for (const line of lines)
          expect(line).toMatch(/^Tag=[A-Za-z0-9%._~/-]*,0\.000,\d+\.\d{3},\d+\.\d{3},[A-Za-z0-9+/=]+$/);
      }),
      runs,
    );
  });

  it('leaves out what is no histogram', () => {
    const result = singleRun();
    const cohort = result.variants[0]?.cohorts[0];
    if (cohort === undefined) throw new Error('the fixture has cohorts');
    cohort.histograms = { authenticated: 'AAAA', rejected: 'x\ny,' };
    expect(render('hlog', result)).not.toContain('default/good/');
  });
});

describe('Markdown', () => {
  it('begins with a marker that only the scenario changes', () => {
    const [first] = render('markdown', singleRun()).split('\n');
    expect(first).toBe('<!-- certstorm:summary quickstart -->');
    const other = { ...nothingButFailures(), seed: 99 };
    expect(render('markdown', other).split('\n')[0]).toBe(first);
  });

  it('holds no markup but its own, whatever the names', () => {
    const own = render('markdown', hostileRun('plain')).match(/<[^>]*>/g)?.length;
    fc.assert(
      fc.property(hostileText, (text) => {
        const markdown = render('markdown', hostileRun(text));
        expect(markdown.match(/<(?!\/?(?:code|sub)>|!-- certstorm:summary [\w.]* -->)/g)).toBeNull();
        expect(markdown.match(/<[^>]*>/g)?.length).toBeGreaterThanOrEqual((own ?? 0) - 40);
        expect(markdown.slice(markdown.indexOf('\n'))).not.toMatch(/\]\(|!\[|@\w|www\.\w|https?:\/\//);
        const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
        for (const row of rows) expect([4, 5, 9]).toContain(row.split(' | ').length + 1);
      }),
      runs,
    );
  });
});

describe('JSON', () => {
  it('is the result', () => {
    expect(JSON.parse(render('json', threeVariants()))).toEqual(JSON.parse(JSON.stringify(threeVariants())));
  });
});

describe('the terminal', () => {
  it.each(everyResult)('shows %s within 80 columns, without colour when told', (_, make) => {
    const text = renderTerminal(make(), { color: false, width: 80 });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202f]/);
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('sends no escape sequence but its own colours, whatever the names', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 10, max: 200 }), (text, width) => {
        const shown = renderTerminal(hostileRun(text), { color: true, width });
        const bare = shown.replace(/\u001b\[(?:\d;)?\d{1,2}m/g, '').replaceAll('\n', '');
        expect(bare).not.toMatch(unseen);
        for (const line of shown.replace(/\u001b\[[\d;]+m/g, '').split('\n')) {
          expect(widthOf(line)).toBeLessThanOrEqual(Math.max(72, Math.min(140, width)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('names the false accepts in the row of their cohort', () => {
    const text = renderTerminal(threeVariants(), { color: false, width: 100 });
    expect(text).toMatch(/^ {2}revoked +reject +600 +closed 300, accepted 300 +300 /m);
  });
});

describe('a cell for a spreadsheet', () => {
  it('is never a formula', () => {
    fc.assert(
      fc.property(hostileText, (text) => !/^[\s\ufeff]*[=+\-@]/.test(csvCell(text))),
      { numRuns: 300 },
    );
    expect(csvCell('=1+1')).toBe("'=1+1");
    expect(csvCell(-1.5)).toBe('-1.5');
  });
});
