import type { Delivery } from '../http/connection.ts';
import { encodeReply, type HttpReply } from '../http/reply.ts';
import type { FaultEffect } from './fault.ts';

/** Waits as long as the faults say; for ever where one of them hangs. The timer keeps no process alive. */
export async function waitOut(effects: readonly FaultEffect[], draw: number): Promise<void> {
  const waitMs = effects.reduce((sum, { waitMs: wait }) => sum + (wait?.(draw) ?? 0), 0);
  if (waitMs === 0) return;
  await new Promise<void>((resolve) => {
    if (Number.isFinite(waitMs)) setTimeout(resolve, waitMs).unref();
  });
}

/** Sends a reply as the faults want it. */
export function deliver(
  effects: readonly FaultEffect[],
  honest: HttpReply,
  options: { close: boolean; withBody?: boolean },
): Delivery {
  const reply = effects.reduce((changed, effect) => effect.reply?.(changed) ?? changed, honest);
  const octets = encodeReply(reply, options);
  const how = effects.find((effect) => effect.deliver !== undefined)?.deliver;
  return how === undefined ? octets : (socket) => how(socket, Buffer.concat(octets));
}
