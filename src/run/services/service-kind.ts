import type { CorpusIssuer } from '../../pki/ocsp/corpus-issuers.ts';
import type { VariantPlan } from '../../scenario/plan.ts';
import type { ServiceOrder } from '../../services/index.ts';
import type { TargetOrder } from '../../targets/target.ts';

/** What a service is made from: the files and texts of the variant's corpus. */
export type ServiceContext = {
  variant: VariantPlan;
  /** PEM: the CRLs as they are now; events write them anew. */
  crlFile: string;
  users: TargetOrder['users'];
  /** A folder of the variant's own, mode 0700. */
  workDir: string;
  /** The CAs that issue for clients, with all that they have issued. Made when asked for: it takes a moment with many identities. */
  issuers: () => CorpusIssuer[];
};

/** A service that targets ask: one file, one line in `index.ts`. */
export type ServiceKind = {
  kind: ServiceOrder['service'];
  /** The name by which a target is told its address. */
  urlName: keyof TargetOrder['services'];
  /** Whether a variant's target asks it. */
  wanted(variant: VariantPlan): boolean;
  order(context: ServiceContext): ServiceOrder | Promise<ServiceOrder>;
  /** What is asked, from the root of the service's address. */
  path(context: ServiceContext): string;
};
