import type { Latency } from '../../../result/index.ts';
import { threeDigits } from '../../words/numbers.ts';
import type { Row } from './rows.ts';
import type { SeriesStyle } from './series.ts';

/** The row of a variant that tells how long clients wait: p50, p90 and p99 on one line. `index`: its place in the result. */
export function percentileRow(
  { variant, index, latency }: { variant: string; index: number; latency: Latency },
  style: SeriesStyle,
): Row {
  const { p50, p90, p99 } = latency;
  const title = (what: string, value: number) => `${variant}, ${what}: ${threeDigits(value)} ms`;
  return {
    name: variant,
    of: { variant: index },
    ...style,
    range: [p50, p99],
    points: [
      { value: p90, kind: 'tick', title: title('p90', p90) },
      { value: p99, kind: 'hollow', title: title('p99', p99) },
      { value: p50, kind: 'main', title: title('p50', p50) },
    ],
    text: `${threeDigits(p50)} · ${threeDigits(p99)} ms`,
  };
}
