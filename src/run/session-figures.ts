import type { CohortRecording } from '../metrics/recording.ts';
import { summarise } from '../metrics/summary.ts';
import type { Negotiated, Sessions } from '../result/schema.ts';

/** What became of the sessions that clients held; undefined where none was opened. */
export function describeSessions({ sessions }: CohortRecording): Sessions | undefined {
  if (sessions === undefined) return undefined;
  const { publish, firstCutMs, lastCutMs, ...counts } = sessions;
  const publishMs = summarise(publish);
  return {
    ...counts,
    ...(firstCutMs === undefined ? {} : { firstCutMs }),
    ...(lastCutMs === undefined ? {} : { lastCutMs }),
    ...(publishMs === undefined ? {} : { publishMs }),
  };
}

/** What was agreed on; undefined where no handshake was finished. */
export function describeNegotiated({ negotiated }: CohortRecording): Negotiated | undefined {
  return Object.keys(negotiated.protocol).length === 0 ? undefined : negotiated;
}
