import type { Corpus } from '../pki/identity.ts';
import type { CohortPlan, SessionPlan, TargetPlan, TlsPlan } from '../scenario/plan.ts';
import type { SessionOrder, StormCohort, TlsOrder } from '../storm/order.ts';

/** A cohort of the plan as the storm is told of it, with its identities: the corpus keeps them in the plan's order. */
export function stormCohort(plan: CohortPlan, index: number, corpus: Corpus): StormCohort {
  const { name, driver, credentials, session, operation, resumption, tls, slow, mqttVersion } = plan;
  const made = corpus.cohorts[index];
  return {
    name,
    driver,
    identities: made?.identities ?? [],
    // Only one of the two is there: whose handshake is wrong already has no order of messages to choose.
    lie: made?.lie ?? plan.messageOrder ?? null,
    password:
      credentials === 'none' ? null : credentials === 'wrong' ? `not ${corpus.password}` : corpus.password,
    ...(mqttVersion && { mqttVersion }),
    ...(tls && { tls: tlsOrder(tls) }),
    ...(session && { session: sessionOrder(session) }),
    ...(operation && { operation }),
    ...(slow && { slow }),
    ...(resumption !== undefined && { resumption }),
  };
}

/** Where the broker asks for none, clients are names only. */
export function presentsCertificates({ transport, clientCertificates }: TargetPlan): boolean {
  return transport !== 'tcp' && clientCertificates === 'required';
}

function tlsOrder({ sni, ...tls }: TlsPlan): TlsOrder {
  return { ...tls, ...(sni !== undefined && { sni: sni === 'none' ? null : sni }) };
}

function sessionOrder({ holdMs, ...session }: SessionPlan): SessionOrder {
  return { ...session, holdMs: holdMs ?? Infinity };
}
