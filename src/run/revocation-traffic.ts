import type { RevocationFigures, ServiceResult } from '../result/schema.ts';

const msPerHour = 3_600_000;

/**
 * What a revocation check moved over the network, for each device of the fleet and hour, at the rate at which the fleet connected and the
 * lists changed meanwhile: questions and answers, or the lists that were fetched. A list that is read from a file counts as often as it
 * was read anew, for somebody has brought it there. Undefined where nothing is known to move.
 *
 * @param devices identities of all cohorts.
 */
export function bytesPerDeviceHour(
  { check, bytes, swaps, bytesReceived }: RevocationFigures,
  services: readonly ServiceResult[] | undefined,
  devices: number,
  elapsedMs: number,
): number | undefined {
  const responder = services?.find(({ kind }) => kind === 'ocsp' && check.startsWith('ocsp'));
  const asked = responder && (responder.bytesSent ?? 0) + (responder.bytesReceived ?? 0);
  const moved =
    asked ?? bytesReceived ?? (bytes === undefined || swaps === undefined ? undefined : bytes * swaps);
  if (moved === undefined || devices === 0 || elapsedMs === 0) return undefined;
  return (moved / devices / elapsedMs) * msPerHour;
}
