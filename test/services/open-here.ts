import {
  type OpenService,
  openService,
  type RevokeOrder,
  type ServiceOrder,
} from '../../src/services/index.ts';

/** A service on a real socket in this process, spoken to as one in a process of its own is: starting one would take half a second. */
export type ServiceHere = Pick<OpenService, 'port'> & {
  url: string;
  snapshot: () => Promise<ReturnType<OpenService['snapshot']>>;
  revoke: (order: RevokeOrder) => Promise<void>;
  setFaults: OpenService['setFaults'];
  stop: () => Promise<void>;
};

export async function openHere(order: ServiceOrder): Promise<ServiceHere> {
  const service = await openService(order);
  return {
    port: service.port,
    url: `http://127.0.0.1:${service.port}`,
    snapshot: async () => service.snapshot(),
    revoke: async (revoke) => service.revoke(revoke),
    setFaults: service.setFaults,
    stop: service.close,
  };
}
