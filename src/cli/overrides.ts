import type { ScenarioOverrides } from '../scenario/read.ts';

/** The flags that `run` and `validate` share, as commander hands them over. */
export type OverrideFlags = {
  set: string[];
  seed?: number;
  rounds?: number | 'auto';
  variant: string[];
  tolerance?: number;
  budget?: string;
  baseline?: string;
  saveBaseline?: string;
};

/** The flags in the form that the scenario's reader takes. */
export function overridesOf(flags: OverrideFlags): ScenarioOverrides {
  const { set, seed, rounds, variant, tolerance, budget, baseline, saveBaseline } = flags;
  const auto = rounds === 'auto' || budget !== undefined;
  return {
    set,
    variants: variant,
    ...(seed === undefined ? {} : { seed }),
    ...(typeof rounds === 'number' ? { rounds } : {}),
    ...(auto ? { auto: budget === undefined ? {} : { budget } } : {}),
    ...(tolerance === undefined ? {} : { tolerance }),
    compared: baseline !== undefined || saveBaseline !== undefined,
  };
}
