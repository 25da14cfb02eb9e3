import { z } from 'zod';
import { about } from './about.ts';

/** Limits on connections, before any of their TLS handshake is done. */
export function admissionSchema() {
  const limit = (description: string, unit: string, example: number) =>
    z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta(about(description, { unit, example, otherwise: 'no limit' }));
  return z.strictObject({
    connectionsPerSecond: limit(
      'Connections accepted in a second on average, twice as many at once after a pause; more are closed.',
      'connections/s',
      500,
    ),
    handshakesInFlight: limit(
      'TLS handshakes at a time that are not done; more are closed.',
      'handshakes',
      50,
    ),
    connectionsPerAddress: limit(
      'Connections at a time from one address; more are closed.',
      'connections',
      20,
    ),
  });
}
