import type { Reply } from '../../channel/requester.ts';
import type { CrlServiceOptions } from '../crl/crl-service.ts';
import type { OcspIssuerFiles, OcspIssuerTexts } from '../ocsp/issuer.ts';
import type { OcspServiceOptions } from '../ocsp/ocsp-service.ts';
import type { RevokeOrder, ServiceSnapshot } from '../service.ts';

/** What a service is to be, in plain data: what the process of its own is told. Paths are absolute. */
export type ServiceOrder =
  | ({ service: 'ocsp'; issuers: readonly (OcspIssuerFiles | OcspIssuerTexts)[] } & Omit<
      OcspServiceOptions,
      'issuers'
    > & {
        /** ResponderID by name or, the default, by key. */
        identifiedBy?: 'name' | 'key';
      })
  | ({ service: 'crl' } & CrlServiceOptions)
  | { service: 'auth'; host: string; port: number; usersFile: string; faults: readonly string[] };

/**
 * What passes on an extra pipe (file descriptor 3 of the service): one JSON object a line, both ways, each request answered once by its
 * `id`. The end of the pipe is the end of the service.
 */
export type ControlOrder =
  | { verb: 'start'; order: ServiceOrder }
  | { verb: 'snapshot' }
  | { verb: 'revoke'; revoke: RevokeOrder }
  | { verb: 'faults'; faults: readonly string[] }
  | { verb: 'stop' };

export type ControlRequest = { id: number } & ControlOrder;

export type ServiceStarted = { host: string; port: number; about: readonly string[] };

export type ControlReply = Reply<ServiceStarted | ServiceSnapshot | null>;
