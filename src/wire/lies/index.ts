import { WireError } from '../wire-error.ts';
import { certificateLies } from './certificate-lies.ts';
import { flightLies } from './flight-lies.ts';
import type { Lie } from './lie.ts';
import { messageOrders } from './message-orders.ts';
import { signatureLies } from './signature-lies.ts';

/** Everything that the client can be told to do wrong, by name. */
export const lies: readonly Lie[] = [...certificateLies, ...signatureLies, ...messageOrders, ...flightLies];

/** @throws WireError UNKNOWN_LIE */
export function lieNamed(name: string): Lie {
  const lie = lies.find((each) => each.name === name);
  if (lie) return lie;
  throw new WireError(
    'UNKNOWN_LIE',
    `lie ${name} is not known; use ${lies.map((each) => each.name).join(', ')}`,
  );
}
