import { openAuthService } from './auth/auth-service.ts';
import { readUsers } from './auth/users.ts';
import type { ServiceOrder } from './control/protocol.ts';
import { openCrlService } from './crl/crl-service.ts';
import { readOcspIssuers } from './ocsp/issuer.ts';
import { openOcspService } from './ocsp/ocsp-service.ts';
import type { OpenService } from './service.ts';

/** Opens a service in this process, its files read. Resolves when the port is open. Throws ServiceError with a sentence for the user. */
export async function openService(order: ServiceOrder): Promise<OpenService> {
  if (order.service === 'crl') return openCrlService(order);
  if (order.service === 'auth') return openAuthService({ ...order, users: readUsers(order.usersFile) });
  return openOcspService({
    ...order,
    issuers: order.issuers.flatMap((source) => readOcspIssuers(source, order.identifiedBy ?? 'key')),
  });
}
