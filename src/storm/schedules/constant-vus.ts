import { checkNumber, type ScheduleKind } from './schedule.ts';

/** `vus`: virtual users, all active from the start of the round to its end. */
export type ConstantVus = { model: 'constant-vus'; vus: number };

export const constantVus: ScheduleKind<ConstantVus> = {
  model: 'constant-vus',
  make({ vus }) {
    checkNumber('vus', vus);
    return { open: false, vusAt: () => Math.floor(vus) };
  },
};
