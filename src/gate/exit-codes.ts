/** What certstorm's exit code says. Of 91 to 99, when several hold, the lowest is told. */
export const exitCodes = {
  /** Everything holds. */
  good: 0,
  /** certstorm itself failed, or nothing could be measured. */
  internalError: 1,
  /** The broker let in whom it should not, or turned away whom it should let in. */
  falseVerdicts: 91,
  /** The figures do not describe the broker: the generator was the limit, or a part of the run was lost. */
  notValid: 92,
  /** Worse than the baseline. */
  regressed: 96,
  /** There is no baseline to compare with, or it does not fit. */
  noBaseline: 97,
  /** A threshold of the scenario does not hold. */
  thresholdFailed: 99,
  /** The scenario or a flag is wrong; nothing was started. */
  badScenario: 104,
  /** A signal stopped the run; what was measured until then is written. */
  interrupted: 105,
} as const;
