import type { RevocationFigures } from './figures.ts';

/** Puts what is new into use, and notes for how long that has held up the thread that serves. */
export function takesOver(figures: RevocationFigures, { newer }: { newer: boolean }, swap: () => void): void {
  const startedAt = performance.now();
  swap();
  figures.raise('stallUs', (performance.now() - startedAt) * 1000);
  if (newer) figures.add('swaps');
}
