import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLiveMetrics } from '../../src/report/live/live-openmetrics.ts';
import { renderLivePage } from '../../src/report/live/live-page.ts';
import { liveLines, plainProgress } from '../../src/report/live/live-terminal.ts';
import { widthOf } from '../../src/report/terminal-layout.ts';
import { liveRun } from '../fixtures/live-run.ts';
import { attacks, hostileText, unseen } from './hostile-text.ts';
import { readOpenMetrics } from './openmetrics-reader.ts';

const escapes = /[\u0000-\u001f\u007f-\u009f]/;

describe('the terminal while a run goes on', () => {
  it('tells the rate asked and achieved, p50 and p99 by cohort, false verdicts, the CPU of the broker and the time left', () => {
    const lines = liveLines(liveRun(), 79);
    expect(lines[0]).toMatch(/^round 2\/6 {5}█{9}░{11} 1 min 33 s left {2}default$/);
    expect(lines[1]).toBe('  rate 198/s of 200/s asked, 846 done, 4 in flight, 2 missed');
    expect(lines[2]).toBe('  false accepts 7, false rejects 3, broker CPU 83 % of a core, 122 MiB');
    expect(lines[3]).toMatch(/cohort +started +let in +refused +false +p50 ms +p99 ms$/);
    expect(lines.at(-1)).toMatch(/^ {2}revoked +283 +7 +270 +7 +3\.90 +8\.13$/);
    expect(plainProgress(liveRun())).toMatch(/^round 2\/6 +4 s in, 1 min 33 s left: rate 198\/s of 200\/s/);
  });

  it('shows nine cohorts at most, and those with false verdicts for sure', () => {
    const run = liveRun();
    const [good] = run.round?.cohorts ?? [];
    if (run.round === null || good === undefined) throw new Error('the fixture has a round');
    const many = Array.from({ length: 40 }, (_, i) => ({
      ...good,
      name: `c${i}`,
      started: 1_000 - i,
      falseRejects: i === 39 ? 1 : 0,
    }));
    const lines = liveLines({ ...run, round: { ...run.round, cohorts: many } }, 79);
    expect(lines).toHaveLength(4 + 9 + 1);
    expect(lines.join('\n')).toContain('c39');
    expect(lines.at(-1)).toBe('  and 31 more cohorts');
  });

  it('is no wider than the terminal and steers nothing, whatever the names', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 72, max: 200 }), (text, width) => {
        for (const line of [
          ...liveLines(
            liveRun((plain) => text + plain),
            width,
          ),
        ]) {
          expect(line).not.toMatch(escapes);
          expect(line).not.toMatch(unseen);
          expect(widthOf(line)).toBeLessThanOrEqual(width);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('OpenMetrics while a run goes on', () => {
  it('counts in counters, times in seconds, and says what the terminal says', () => {
    const families = readOpenMetrics(renderLiveMetrics(liveRun()));
    const value = (sample: string, labels: Record<string, string>) =>
      [...families.values()]
        .flatMap(({ samples }) => samples)
        .find(
          (one) =>
            one.name === sample && Object.entries(labels).every(([name, text]) => one.labels[name] === text),
        )?.value;
    expect(value('certstorm_rate_asked', {})).toBe(200);
    expect(value('certstorm_target_cpu_cores', {})).toBeCloseTo(0.834);
    expect(value('certstorm_attempts_total', { cohort: 'good', expected: 'accept' })).toBe(800);
    expect(value('certstorm_false_accepts_total', { cohort: 'revoked' })).toBe(7);
    expect(value('certstorm_service_time_seconds', { cohort: 'good', quantile: '0.99' })).toBe(0.008125);
    expect(value('certstorm_service_time_seconds_count', { cohort: 'good', phase: 'authenticated' })).toBe(
      790,
    );
    expect(families.get('certstorm_attempts')?.type).toBe('counter');
  });

  it('is OpenMetrics 1.0, each series once and each label what was meant, whatever the names', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const families = readOpenMetrics(renderLiveMetrics(liveRun((plain) => text + plain)));
        expect(families.size).toBeGreaterThan(12);
        for (const { samples } of families.values())
          for (const { labels } of samples)
            for (const label of Object.values(labels)) expect(label).not.toMatch(unseen);
      }),
      { numRuns: 40 },
    );
  });

  it('has no round before the first one', () => {
    const families = readOpenMetrics(
      renderLiveMetrics({ ...liveRun(), round: null, leftMs: null, totals: [] }),
    );
    expect([...families.keys()]).toEqual(['certstorm_run', 'certstorm_rounds']);
  });
});

describe('the live page', () => {
  it('names no address but its own, and holds no markup but its own, whatever the names', () => {
    const own = renderLivePage(liveRun()).source.match(/<[a-z]/g)?.length;
    for (const attack of attacks) {
      const page = renderLivePage(liveRun((plain) => attack + plain)).source;
      expect(page).not.toMatch(/<[^>]+ (?:src|href|action)="(?!#|data:,)/);
      expect(page.match(/<[a-z]/g)?.length).toBe(own);
      expect(page).not.toMatch(unseen);
    }
  });
});
