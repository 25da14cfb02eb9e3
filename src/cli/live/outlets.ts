import type { LiveRun } from '../../report/live/live-run.ts';
import { serveLiveMetrics, serveLivePage } from './live-server.ts';
import type { Outlet } from './outlet.ts';

export type LiveFlags = { live?: true; livePort: number; metricsPort?: number; otlp?: string };

/**
 * Opens whatever the flags ask for to look at the run from elsewhere, and says where. `end` never rejects and leaves nothing open. Throws
 * UsageError where a port can't be had, and then leaves none open either.
 */
export async function openOutlets(
  { live, livePort, metricsPort, otlp }: LiveFlags,
  read: () => LiveRun,
  tell: (sentence: string) => void,
): Promise<Pick<Outlet, 'changed' | 'end'>> {
  const warn = (sentence: string) => tell(`WARNING       ${sentence}`);
  const wanted: [string, () => Promise<Outlet>][] = [
    ...(live === true
      ? [['live', () => serveLivePage(read, livePort)] as [string, () => Promise<Outlet>]]
      : []),
    ...(metricsPort === undefined
      ? []
      : [['metrics', () => serveLiveMetrics(read, metricsPort)] as [string, () => Promise<Outlet>]]),
    ...(otlp === undefined
      ? []
      : [
          // Loaded when it is asked for: it takes longer than everything else that a command needs.
          ['otlp', async () => (await import('./otlp.ts')).exportToOtlp(otlp, read, warn)] as [
            string,
            () => Promise<Outlet>,
          ],
        ]),
  ];
  const open: Outlet[] = [];
  const end = async () => {
    await Promise.all(open.splice(0).map((outlet) => outlet.end()));
  };
  try {
    for (const [name, start] of wanted) {
      const outlet = await start();
      open.push(outlet);
      tell(`${name.padEnd(14)}${outlet.where}`);
    }
  } catch (error) {
    await end();
    throw error;
  }
  return {
    changed: () => {
      for (const outlet of open) outlet.changed();
    },
    end,
  };
}
