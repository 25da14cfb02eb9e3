import type { Socket } from 'node:net';
import type { ErrorStatus, OcspDraft } from '../../pki/ocsp/index.ts';
import type { HttpReply } from '../http/reply.ts';

export type ServiceName = 'ocsp' | 'crl' | 'auth';

/** What a CRL is signed with anew. */
export type CrlDraft = { thisUpdate: Date; nextUpdate: Date };

/** What a fault does to an answer; each step is left out where it does nothing there. */
export type FaultEffect = {
  /** The port is shut for as long as the fault lasts. */
  refusesConnections?: true;
  /** How long the answer waits, milliseconds; `draw` is uniform in [0, 1). Infinity: for ever. */
  waitMs?: (draw: number) => number;
  /** In place of an OCSP answer. */
  ocspError?: ErrorStatus;
  /** Before it is signed. */
  ocsp?: (draft: OcspDraft) => OcspDraft;
  crl?: (draft: CrlDraft) => CrlDraft;
  /** After it was made. */
  signature?: (signature: Uint8Array) => Uint8Array;
  reply?: (reply: HttpReply) => HttpReply;
  /** In place of writing the octets. Resolves when no more is to come. */
  deliver?: (socket: Socket, octets: Buffer) => Promise<void>;
};

/** A way to fail: one file, one line in `index.ts`. */
export type Fault = {
  name: string;
  describe: string;
  /** What may follow `name=`, for messages; left out where nothing may. */
  value?: string;
  services: readonly ServiceName[];
  /** Throws ServiceError for a value that it can't take; undefined is its default. */
  prepare(value: string | undefined): FaultEffect;
};
