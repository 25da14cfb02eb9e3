import type { FaultSet } from './faults/fault-set.ts';
import type { HttpServer } from './http/http-server.ts';
import type { ServiceSnapshot } from './service.ts';

const keptTroubles = 20;

/** What a service counts. */
export class Tally {
  readonly requests: Record<string, number> = { GET: 0, HEAD: 0, POST: 0, other: 0 };
  readonly answers: Record<string, number> = {};
  signatures = 0;
  #troubles: string[] = [];

  request(method: string): void {
    const name = method !== 'other' && Object.hasOwn(this.requests, method) ? method : 'other';
    this.requests[name] = (this.requests[name] ?? 0) + 1;
  }

  answer(name: string): void {
    this.answers[name] = (this.answers[name] ?? 0) + 1;
  }

  trouble = (message: string): void => {
    if (this.#troubles.at(-1) !== message) this.#troubles = [...this.#troubles, message].slice(-keptTroubles);
  };

  snapshot(service: ServiceSnapshot['service'], server: HttpServer, faults: FaultSet): ServiceSnapshot {
    const cpu = process.cpuUsage();
    const bytes = server.bytes;
    return {
      service,
      cpuUserMs: cpu.user / 1000,
      cpuSystemMs: cpu.system / 1000,
      rssBytes: process.memoryUsage.rss(),
      connections: server.connections,
      openConnections: server.openConnections,
      bytesSent: bytes.sent,
      bytesReceived: bytes.received,
      requests: { ...this.requests },
      answers: { ...this.answers },
      signatures: this.signatures,
      faults: faults.written,
      faultsStruck: { ...faults.struck },
      troubles: [...this.#troubles],
    };
  }
}
