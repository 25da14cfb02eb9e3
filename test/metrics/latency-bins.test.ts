import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latencyBinOf, latencyBins, latencyBoundsMs } from '../../src/metrics/latency-bins.ts';

it('a duration is in the first bin whose bound it does not pass; what passes all is in the last', () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 200_000, noNaN: true }), (durationMs) => {
      const first = latencyBoundsMs.findIndex((boundMs) => durationMs <= boundMs * (1 + 1e-3));
      const bin = latencyBinOf(durationMs);
      expect(bin - (first < 0 ? latencyBins - 1 : first)).toBeGreaterThanOrEqual(0);
      expect(bin === 0 || durationMs > (latencyBoundsMs[bin - 1] ?? 0) * (1 - 1e-3)).toBe(true);
    }),
  );
  expect([0, 0.125, 0.126, 1, 1e9].map(latencyBinOf)).toEqual([0, 0, 1, 6, latencyBins - 1]);
});
