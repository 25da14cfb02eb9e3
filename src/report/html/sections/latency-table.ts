import type { Latency, Result } from '../../../result/index.ts';
import { countCell, figureCell, nameCell } from '../cells.ts';
import type { Cell, Table } from '../table.ts';

/** More variants than this are told by their last phase alone (let in, turned away) and fewer figures: a page of thirty must stay small. */
const mostWithPhases = 5;

/** Percentiles of every cohort: from the actual start (`service`), with its phases, or from the scheduled start (`response`). */
export function latencyTable(result: Result, clock: 'service' | 'response'): Table {
  const several = result.variants.length > 1;
  const many = result.variants.length > mostWithPhases;
  const phaseNames = many ? lastPhases : [...earlierPhases, ...lastPhases];
  const shown = many ? figureNames.filter((name) => !leftOut.has(name)) : figureNames;
  const rows = result.variants.flatMap((variant) =>
    variant.cohorts.flatMap((cohort) => {
      const phases: Record<string, unknown> = clock === 'service' ? cohort.latencyMs : cohort.responseMs;
      return phaseNames.flatMap(({ key, title }) => {
        const latency = phases[key];
        if (!isLatency(latency)) return [];
        const head = [nameCell(cohort.name), ...(several ? [nameCell(variant.name)] : []), title];
        const all = figures(latency);
        return [[...head, ...shown.map((name) => all[name])]];
      });
    }),
  );
  return {
    caption:
      clock === 'service'
        ? 'Service time in milliseconds, from the actual start'
        : 'Response time in milliseconds, from the scheduled start',
    columns: [
      { title: 'Cohort' },
      ...(several ? [{ title: 'Variant' }] : []),
      { title: 'Until' },
      ...shown.map((title) => ({
        title,
        numeric: true,
      })),
    ],
    rows,
  };
}

const earlierPhases = [
  { key: 'tcpConnect', title: 'TCP connected' },
  { key: 'serverHello', title: 'ServerHello' },
  { key: 'serverFinished', title: 'server Finished' },
  { key: 'tlsHandshake', title: 'TLS done at the client' },
];

const lastPhases = [
  { key: 'authenticated', title: 'CONNACK, let in' },
  { key: 'rejected', title: 'turned away' },
];

/** A percentile that has less than one attempt beyond it is the slowest attempt and no percentile: it is left out. */
function figures({ count, min, mean, p50, p90, p99, p999, max }: Latency): Record<FigureName, Cell> {
  return {
    Count: countCell(count),
    Min: figureCell(min),
    Mean: figureCell(mean),
    p50: figureCell(p50),
    p90: figureCell(p90),
    p99: figureCell(count >= 100 ? p99 : undefined),
    'p99.9': figureCell(count >= 1000 ? p999 : undefined),
    Max: figureCell(max),
  };
}

const figureNames = ['Count', 'Min', 'Mean', 'p50', 'p90', 'p99', 'p99.9', 'Max'] as const;
type FigureName = (typeof figureNames)[number];
/** With many variants. */
const leftOut: ReadonlySet<FigureName> = new Set(['Min', 'Mean', 'p99.9']);

function isLatency(value: unknown): value is Latency {
  return typeof value === 'object' && value !== null && 'p999' in value;
}
