import { revocationReasons } from '../../pki/ocsp/index.ts';
import { ServiceError } from '../service-error.ts';

/** As `openssl ca` writes it. */
const synonyms: Record<string, string> = { CACompromise: 'cACompromise' };

/** CRLReason of a name. Throws ServiceError. */
export function reasonNamed(name: string): number {
  const known = synonyms[name] ?? name;
  const reason = Object.hasOwn(revocationReasons, known) ? revocationReasons[known] : undefined;
  if (reason === undefined)
    throw new ServiceError(
      'ERR_SERVICE_REASON',
      `there is no reason "${name}" for a revocation: it is one of ${Object.keys(revocationReasons).join(', ')}`,
    );
  return reason;
}
