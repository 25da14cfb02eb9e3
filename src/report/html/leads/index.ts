import { brokerLeagueLead } from './broker-league.ts';
import { conformanceLead } from './conformance.ts';
import { crlCostLead } from './crl-cost.ts';
import { faultsLead } from './faults.ts';
import { floodLead } from './flood.ts';
import type { Lead } from './lead.ts';
import { recoveryLead } from './recovery.ts';
import { refusalLadderLead } from './refusal-ladder.ts';
import { revocationLagLead } from './revocation-lag.ts';

export type { Lead } from './lead.ts';

/**
 * Every chart that a kind of scenario has for its own; a page has all that fit, in this order. A new one is a file beside these and a
 * line here.
 */
export const leads: readonly Lead[] = [
  crlCostLead,
  revocationLagLead,
  faultsLead,
  floodLead,
  recoveryLead,
  refusalLadderLead,
  brokerLeagueLead,
  conformanceLead,
];
