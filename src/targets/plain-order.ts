import { defaultBrokerSettings } from '../broker/index.ts';
import type { TargetOrder } from './target.ts';

/** The plainest order for a broker: TLS with client certificates, nothing looked up, no service asked. The files are still to be named. */
export const plainOrder = {
  host: '127.0.0.1',
  port: 0,
  revocation: 'none',
  connectAuth: 'none',
  sessionTickets: true,
  transport: 'tls',
  tlsVersions: null,
  clientCertificates: 'required',
  broker: defaultBrokerSettings,
  services: { ocspUrl: null, crlUrl: null, authUrl: null },
  users: { clientIds: [], password: '' },
} as const satisfies Partial<TargetOrder>;
