import type { HttpServer } from '../http/http-server.ts';
import type { FaultSet } from './fault-set.ts';

/** Opens the port; where a fault refuses connections it is closed again, and keeps its number. Throws ServiceError. */
export async function openPort(server: HttpServer, faults: FaultSet): Promise<void> {
  await server.open();
  await followFaults(server, faults);
}

/** The port is open unless one of the faults that are on refuses connections. Throws ServiceError. */
export async function followFaults(server: HttpServer, faults: FaultSet): Promise<void> {
  if (faults.refusesConnections) await server.close();
  else await server.open();
}
