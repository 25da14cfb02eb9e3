import { arrivalsBefore, checkNumber, type ScheduleKind } from './schedule.ts';

/** `clients`: so many arrivals in all, evenly spread over `spreadMs` from the start of the round; all at once where that is 0. */
export type ThunderingHerd = { model: 'thundering-herd'; clients: number; spreadMs: number };

export const thunderingHerd: ScheduleKind<ThunderingHerd> = {
  model: 'thundering-herd',
  make({ clients, spreadMs }, durationMs) {
    checkNumber('clients', clients);
    checkNumber('spreadMs', spreadMs);
    const all = Math.floor(clients);
    const dueMs = (k: number): number => (k < all ? (k * spreadMs) / all : Infinity);
    return { open: true, dueMs, arrivals: arrivalsBefore(durationMs, dueMs, all) };
  },
};
