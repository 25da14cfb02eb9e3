import { crlCostLead } from './crl-cost.ts';
import type { Lead } from './lead.ts';

export type { Lead } from './lead.ts';

/** Every chart that a kind of scenario has for its own, the most telling first. A new one is a file beside these and a line here. */
export const leads: readonly Lead[] = [crlCostLead];
