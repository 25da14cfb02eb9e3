import type { Corpus } from '../pki/identity.ts';
import { pem } from '../pki/pem.ts';
import type { VariantPlan } from '../scenario/plan.ts';
import type { ProbeClient } from '../targets/target.ts';

/** A client that the target should let in: the first identity of the first cohort that has no defect and is expected to be accepted. */
export function probeClient({ cohorts }: VariantPlan, corpus: Corpus): ProbeClient | undefined {
  const index = cohorts.findIndex(({ defect, expect }) => defect === 'none' && expect.outcome === 'accept');
  const identity = corpus.cohorts[index]?.identities[0];
  if (identity === undefined || identity.key === null) return undefined;
  return {
    clientId: identity.clientId,
    keyPem: pem('PRIVATE KEY', identity.key).toString('latin1'),
    certificatePem: identity.chain.map((der) => pem('CERTIFICATE', der)).join(''),
    password: cohorts[index]?.credentials === 'right' ? corpus.password : null,
  };
}
