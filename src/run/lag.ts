import type { CohortRecording } from '../metrics/recording.ts';
import type { Lag } from '../result/schema.ts';

/** What a revocation in mid-round did to the attempts of a cohort of `identities`; undefined where none was revoked. */
export function describeLag({ afterMark, sessions }: CohortRecording, identities: number): Lag | undefined {
  if (afterMark === undefined) return undefined;
  const { markMs, attempts, accepted, firstRefusedMs, lastAcceptedMs } = afterMark;
  const { sessionsCut, firstCutMs, lastCutMs, sessionsKept } = afterMark;
  return {
    revokedAtMs: markMs,
    identities,
    attemptsAfter: attempts,
    acceptedAfter: accepted,
    ...(firstRefusedMs === undefined ? {} : { firstRefusalMs: firstRefusedMs }),
    ...(lastAcceptedMs === undefined ? {} : { lastAcceptMs: lastAcceptedMs }),
    ...(sessions === undefined ? {} : { sessionsCut, sessionsKept }),
    ...(firstCutMs === undefined ? {} : { firstCutMs }),
    ...(lastCutMs === undefined ? {} : { lastCutMs }),
  };
}
