import { checkNumber, type ScheduleKind } from './schedule.ts';

/** `thinkMs`: mean of the exponentially distributed time that a user waits between two attempts. `vus`: virtual users, all active from the start of the round to its end. */
export type ConstantVus = { model: 'constant-vus'; vus: number; thinkMs?: number };

export const constantVus: ScheduleKind<ConstantVus> = {
  model: 'constant-vus',
  make({ vus, thinkMs = 0 }) {
    checkNumber('vus', vus);
    checkNumber('thinkMs', thinkMs);
    return { open: false, thinkMs, vusAt: () => Math.floor(vus) };
  },
};
