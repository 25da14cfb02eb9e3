import type { ServiceName } from './faults/fault.ts';

/** Cumulative since the service was opened; differences of two snapshots describe what lies between them. */
export type ServiceSnapshot = {
  service: ServiceName;
  /** getrusage(2) of the whole process, milliseconds. */
  cpuUserMs: number;
  cpuSystemMs: number;
  rssBytes: number;
  connections: number;
  openConnections: number;
  /** On TCP connections, without the headers of TCP and IP. */
  bytesSent: number;
  bytesReceived: number;
  /** By method; `other` for what is none of GET, HEAD and POST. */
  requests: Record<string, number>;
  /**
   * By what was answered before any fault changed it: of the OCSP responder `good`, `revoked`, `unknown` (each certificate asked for),
   * an error status or `not-modified`; of the distribution point the path, `not-modified` or `not-found`; of the auth service `allow`, `deny` or `not-found`. `bad-request`
   * for what is none of these.
   */
  answers: Record<string, number>;
  /** Signatures made since the service was opened. */
  signatures: number;
  /** The faults that are on, as they were written, and how many answers each has struck. */
  faults: readonly string[];
  faultsStruck: Record<string, number>;
  /** What went wrong and was survived: a file that can't be read any more, a connection that could not be taken. The last 20. */
  troubles: readonly string[];
};

/** Certificates to be revoked now, by serial number in hexadecimal. */
export type RevokeOrder = {
  serials: readonly string[];
  /** By name, as RFC 5280 5.3.1 has it; left out: none is given. */
  reason?: string;
  /** Milliseconds since 1970; default now. */
  atMs?: number;
  /** Which issuer (position, from 0) or which CRL (path) is meant; needed only where there are several. */
  issuer?: number;
  crl?: string;
};

/** A service that serves. */
export type OpenService = {
  host: string;
  port: number;
  /** What it serves, a line each, for people. */
  about: readonly string[];
  snapshot(): ServiceSnapshot;
  /** Takes effect before the next answer. Throws ServiceError. */
  revoke(order: RevokeOrder): void;
  /** Replaces the faults that were on. Throws ServiceError; then nothing has changed. */
  setFaults(faults: readonly string[]): Promise<void>;
  close(): Promise<void>;
};
