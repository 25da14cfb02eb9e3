import { freemem } from 'node:os';
import type { VariantPlan } from '../../scenario/plan.ts';
import type { Demand } from './demand.ts';
import { nearly, orLower, type Shortage } from './shortage.ts';

/**
 * What one client takes of the generator's resident memory, kB of 1000 bytes: its identity with what its driver builds of it before the
 * first attempt, and a session over TLS that is held. Measured with 3,000 and 10,000 of them (`npm run bench:sessions`), and rounded up.
 */
const generatorKB: Readonly<Record<string, { identity: number; session: number }>> = {
  node: { identity: 60, session: 60 },
  wire: { identity: 35, session: 32 },
  mqttjs: { identity: 60, session: 80 },
};
/** The bundled broker's part of a session over TLS. */
const bundledKB = 80;
/** The kernel's part of a connection, both ends on one machine: two sockets with their buffers. */
export const kernelKB = 10;

/**
 * Bytes that programs can still have: what the kernel calls available, page cache that it can drop included; less where this process
 * group may not have as much.
 */
export function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return Math.min(freemem(), constrained > 0 ? constrained : Infinity);
}

/** What a held session over TLS takes of all memory, its identity included; `bundled` where the bundled broker is on the same machine. */
export function sessionBytes(driver: string, bundled: boolean): number {
  const { identity, session } = generatorKB[driver] ?? { identity: 0, session: 0 };
  return (identity + session + kernelKB + (bundled ? bundledKB : 0)) * 1000;
}

/** Sessions over plain TCP weigh a fraction, and are not looked at. Of brokers, the bundled one alone is known. */
export function memoryShort(
  { name, target, cohorts }: Pick<VariantPlan, 'name' | 'target' | 'cohorts'>,
  demand: Demand,
  available: number,
): Shortage | undefined {
  const { sessions } = demand;
  if (sessions === 0 || target.transport === 'tcp') return undefined;
  const generator = generatorBytes(cohorts, sessions);
  const broker = target.kind === 'bundled' ? sessions * bundledKB * 1000 : 0;
  const needed = generator + broker + sessions * kernelKB * 1000;
  if (needed <= nearly * available) return undefined;
  const certain = needed > available;
  const fits = Math.floor((sessions * nearly * available) / needed);
  const lighter = generatorBytes(cohorts, sessions, 'wire');
  return {
    code: 'memory',
    certain,
    sentence:
      `variant '${name}' holds ${sessions} sessions, which take about ${gb(needed)} of memory ` +
      `(the generator ${gb(generator)}${broker > 0 ? `, the bundled broker ${gb(broker)}` : ''}), and ${gb(available)} are available: ` +
      `that is enough for ${fits} with a fifth to spare; free memory` +
      (lighter < generator ? `, storm with driver wire (${gb(generator - lighter)} less)` : '') +
      orLower(demand, fits),
  };
}

function generatorBytes(cohorts: VariantPlan['cohorts'], sessions: number, instead?: string): number {
  const weightOf = (driver: string) => generatorKB[instead ?? driver] ?? { identity: 0, session: 0 };
  const staying = cohorts.filter(({ session }) => session !== undefined);
  const sessionKB = Math.max(...staying.map(({ driver }) => weightOf(driver).session));
  const identitiesKB = cohorts.reduce(
    (sum, { driver, identities }) => sum + identities * weightOf(driver).identity,
    0,
  );
  return (identitiesKB + sessions * sessionKB) * 1000;
}

function gb(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
