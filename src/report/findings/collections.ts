import type { GeneratorFigures, TargetFigures } from '../../result/index.ts';

/**
 * Share of a process's CPU time for which its garbage collector held up the thread that serves; what V8 does of it in threads of its own is
 * not in it. null where collections can't be seen.
 */
export function collectionShare({
  collections,
  cpuUserMs = 0,
  cpuSystemMs = 0,
}: Pick<TargetFigures | GeneratorFigures, 'collections' | 'cpuUserMs' | 'cpuSystemMs'>): number | null {
  const cpuMs = cpuUserMs + cpuSystemMs;
  return collections === undefined || cpuMs === 0 ? null : collections.totalMs / cpuMs;
}
