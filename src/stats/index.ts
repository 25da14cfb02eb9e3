export { bootstrapInterval } from './bootstrap.ts';
export { calibrate, calibrationNames } from './calibration.ts';
export { type ChangePoint, changePoints } from './change-points.ts';
export { type CostPair, type Crossover, crossover } from './crossover.ts';
export {
  type Effect,
  effectP,
  pairedEffect,
  type RunNoise,
  ratioInterval,
  unpairedEffect,
} from './effect.ts';
export { alpha, holmConfidences } from './holm.ts';
export { type Interval, meanInterval, wilson } from './interval.ts';
export { lookAlpha, looks } from './looks.ts';
export { seededRandom } from './random.ts';
export { pairedRatio, roundsToDecide } from './ratio.ts';
export { twoSidedP, twoSidedT } from './student-t.ts';
export { trimmedMean } from './trimmed.ts';
export { type RatioVerdict, ratioVerdict, roundsForVerdict } from './verdict.ts';
