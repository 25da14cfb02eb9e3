export { bootstrapInterval } from './bootstrap.ts';
export { calibrate, calibrationNames } from './calibration.ts';
export { type Interval, meanInterval, wilson } from './interval.ts';
export { seededRandom } from './random.ts';
export { pairedRatio, roundsToDecide } from './ratio.ts';
export { twoSidedT } from './student-t.ts';
