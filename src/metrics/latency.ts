import { build, type Histogram } from 'hdr-histogram-js';
import type { LatencyRecording } from './recording.ts';

/** Grows with what is recorded into it, so that forty empty ones weigh nothing. */
export function emptyHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
  });
}

/** Adds up recordings of one phase: histograms cell by cell, the exact figures exactly. The arguments are left alone. */
export function addLatencies(recordings: readonly LatencyRecording[]): LatencyRecording {
  const histogram = emptyHistogram();
  let count = 0;
  let sumUs = 0;
  let minUs = 0;
  let maxUs = 0;
  for (const recording of recordings) {
    if (recording.count === 0) continue;
    minUs = count === 0 ? recording.minUs : Math.min(minUs, recording.minUs);
    maxUs = Math.max(maxUs, recording.maxUs);
    count += recording.count;
    sumUs += recording.sumUs;
    histogram.add(recording.histogram);
  }
  return { histogram, count, sumUs, minUs, maxUs };
}
