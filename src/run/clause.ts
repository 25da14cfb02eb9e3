import { defects } from '../pki/index.ts';
import type { CohortPlan } from '../scenario/plan.ts';
import { drivers } from '../storm/drivers/index.ts';

/** What these clients break: by the order of their messages, else by their defect; undefined where nothing says that it is forbidden. */
export function clauseBroken({ defect, messageOrder }: CohortPlan): string | undefined {
  const orders = drivers.flatMap((driver) => driver.messageOrders ?? []);
  const order = orders.find(({ name }) => name === messageOrder);
  if (order !== undefined) return `RFC 8446 ${order.clause}`;
  return defects.find(({ name }) => name === defect)?.clause;
}
