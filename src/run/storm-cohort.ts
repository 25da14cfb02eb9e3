import type { Corpus } from '../pki/identity.ts';
import type { CohortPlan, SessionPlan } from '../scenario/plan.ts';
import type { SessionOrder, StormCohort } from '../storm/order.ts';

/** A cohort of the plan as the storm is told of it, with its identities: the corpus keeps them in the plan's order. */
export function stormCohort(plan: CohortPlan, index: number, corpus: Corpus): StormCohort {
  const { name, driver, credentials, session, resumption } = plan;
  const made = corpus.cohorts[index];
  return {
    name,
    driver,
    identities: made?.identities ?? [],
    lie: made?.lie ?? null,
    password:
      credentials === 'none' ? null : credentials === 'wrong' ? `not ${corpus.password}` : corpus.password,
    ...(session && { session: sessionOrder(session) }),
    ...(resumption !== undefined && { resumption }),
  };
}

function sessionOrder({ holdMs, ...session }: SessionPlan): SessionOrder {
  return { ...session, holdMs: holdMs ?? Infinity };
}
