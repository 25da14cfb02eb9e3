import type { VariantPlan } from '../../scenario/plan.ts';
import { type RunningService, startService } from '../../services/index.ts';
import type { TargetOrder } from '../../targets/target.ts';
import { leaveNothing } from '../leftovers.ts';
import { auth } from './auth.ts';
import { crl } from './crl.ts';
import { ocsp } from './ocsp.ts';
import type { ServiceContext, ServiceKind } from './service-kind.ts';

const kinds: readonly ServiceKind[] = [ocsp, crl, auth];

/** The services of one variant, each in a process of its own. */
export type StageServices = {
  urls: TargetOrder['services'];
  running: readonly { kind: ServiceKind['kind']; service: RunningService }[];
  /** A sentence for each that ended without having been asked to. */
  deaths: readonly string[];
  /** Safe to call twice. */
  stop(): Promise<void>;
};

/** Whether a variant's target asks any service. */
export const asksServices = (variant: VariantPlan): boolean => kinds.some(({ wanted }) => wanted(variant));

/** Starts what the variant's target asks. Throws ServiceError, and then leaves none behind. */
export async function startServices(context: ServiceContext): Promise<StageServices> {
  const urls: TargetOrder['services'] = { ocspUrl: null, crlUrl: null, authUrl: null };
  const running: { kind: ServiceKind['kind']; service: RunningService }[] = [];
  const forgets: (() => void)[] = [];
  const deaths: string[] = [];
  const stop = async () => {
    await Promise.all(running.map(({ service }) => service.stop()));
    for (const forget of forgets.splice(0)) forget();
  };
  try {
    for (const { kind, urlName, wanted, order, path } of kinds) {
      if (!wanted(context.variant)) continue;
      const service = await startService(await order(context));
      running.push({ kind, service });
      forgets.push(leaveNothing(() => process.kill(service.pid, 'SIGKILL')));
      void service.died.then((sentence) => deaths.push(sentence));
      urls[urlName] = `http://${service.host}:${service.port}${path(context)}`;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, running, deaths, stop };
}
