import { describe, expect, it } from 'vitest';
import { conformanceFormat } from '../../src/report/conformance.ts';
import { conformanceOf } from '../../src/report/findings/conformance.ts';
import { brokerLeague } from '../fixtures/results/brokers.ts';
import { singleRun } from '../fixtures/results/results.ts';

/** The cells of a table's rows, by the name in the first one. */
function rowsOf(markdown: string): Map<string, string[]> {
  const rows = markdown.split('\n').filter((line) => line.startsWith('| <code>'));
  return new Map(
    rows.map((line) => {
      const cells = line.slice(2, -2).split(' | ');
      return [(cells[0] ?? '').replaceAll(/<\/?code>/g, ''), cells];
    }),
  );
}

describe('conformance.md', () => {
  it('is written where several brokers were asked about several defects, and only there', () => {
    expect(conformanceFormat.fits?.(brokerLeague())).toBe(true);
    expect(conformanceFormat.fits?.(singleRun())).toBe(false);
    expect(conformanceFormat.render(singleRun())).toContain('too few kinds of clients');
  });

  it('has a row for each kind of client and a column for each broker, and names the false accepts with their clause', () => {
    const result = brokerLeague();
    const conformance = conformanceOf(result);
    const markdown = conformanceFormat.render(result);
    const rows = rowsOf(markdown);
    for (const { cohort, cells, clause } of conformance?.rows ?? []) {
      const row = rows.get(cohort);
      expect(row).toHaveLength(2 + cells.length + 1);
      for (const [broker, cell] of cells.entries()) {
        expect(row?.[2 + broker]?.includes('(false accept)'), `${cohort} at ${broker}`).toBe(
          (cell?.falseAccepts ?? 0) > 0,
        );
      }
      const wrong = cells.some((cell) => (cell?.falseAccepts ?? 0) > 0);
      if (wrong && clause !== '') expect(markdown).toContain(`<code>${cohort}</code> (${clause}`);
    }
    expect(conformance?.rows.some(({ cells }) => cells.some((cell) => (cell?.falseAccepts ?? 0) > 0))).toBe(
      true,
    );
    for (const { version } of conformance?.brokers ?? []) expect(markdown).toContain(version.split(',')[0]);
  });

  it('takes a wrong order of messages for a kind of its own, though the certificate is good', () => {
    const league = brokerLeague();
    const variants = league.variants.map((variant) => ({
      ...variant,
      cohorts: variant.cohorts.slice(0, 4).map((cohort, index) => ({
        ...cohort,
        defect: 'none',
        ...(index > 0 && { messageOrder: `order-${index}`, clause: `RFC 8446 4.${index}` }),
      })),
    }));
    const result = { ...league, variants };
    expect(conformanceOf(result)?.rows.map(({ clause }) => clause)).toEqual([
      '',
      'RFC 8446 4.1',
      'RFC 8446 4.2',
      'RFC 8446 4.3',
    ]);
  });

  it('says beside each version what was set otherwise than its makers do', () => {
    const result = brokerLeague();
    const [first, ...others] = result.variants;
    if (first === undefined) throw new Error('the fixture has no variant');
    const target = { ...first.target, tuned: ['set_tcp_nodelay true', 'NumTickets = 0'] };
    const markdown = conformanceFormat.render({ ...result, variants: [{ ...first, target }, ...others] });
    const asked = markdown.slice(markdown.indexOf('## Who was asked')).split('\n');
    const rows = asked.filter((line) => line.startsWith('| <code>'));
    expect(rows).toHaveLength(result.variants.length);
    expect(rows[0]).toContain('<code>set&#95;tcp&#95;nodelay true</code>, <code>NumTickets = 0</code>');
    for (const row of rows.slice(1)) expect(row).toMatch(/ \| nothing \|$/);
  });
});
