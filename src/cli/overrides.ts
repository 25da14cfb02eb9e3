import type { ScenarioOverrides } from '../scenario/read.ts';

/** The flags that `run` and `validate` share, as commander hands them over. */
export type OverrideFlags = { set: string[]; seed?: number; rounds?: number; variant: string[] };

/** The flags in the form that the scenario's reader takes. */
export function overridesOf({ set, seed, rounds, variant }: OverrideFlags): ScenarioOverrides {
  return {
    set,
    variants: variant,
    ...(seed === undefined ? {} : { seed }),
    ...(rounds === undefined ? {} : { rounds }),
  };
}
