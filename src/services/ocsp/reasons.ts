import { ServiceError } from '../service-error.ts';

/** CRLReason by name (RFC 5280 5.3.1); 7 is not used. */
const reasons: Record<string, number> = {
  unspecified: 0,
  keyCompromise: 1,
  CACompromise: 2,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
};

/** Throws ServiceError. */
export function reasonNamed(name: string): number {
  const reason = Object.hasOwn(reasons, name) ? reasons[name] : undefined;
  if (reason === undefined)
    throw new ServiceError(
      'ERR_SERVICE_REASON',
      `there is no reason "${name}" for a revocation: it is one of ${Object.keys(reasons).join(', ')}`,
    );
  return reason;
}
