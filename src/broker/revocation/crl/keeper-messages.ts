import type { BrokerSettings } from '../../config.ts';
import type { FiguresMemory } from '../figures.ts';
import type { ListUse, StoredList } from './list-store.ts';

/** What the keeper's thread is started with. */
export type KeeperOrder = {
  clientCaFile: string;
  /** A path, or `http://…`. */
  place: string;
  settings: BrokerSettings['crl'];
  use: ListUse;
  figures: FiguresMemory;
};

/** Each is answered once by its `id`, after the lists that it brings about. */
export type KeeperRequest = { id: number } & (
  | { verb: 'load' }
  /** A CA's certificate that a client has sent along, DER. */
  | { verb: 'prove'; certificate: Uint8Array }
  | { verb: 'close' }
);

/** The lists in use, all of them, each time that one has changed, has run out, or is known to be a CA's. */
export type ListsChange = {
  lists: StoredList[];
  /** PEM, one each, where texts are wanted. */
  texts: Uint8Array[];
  /** Something was read that took the place of what was there. */
  newer: boolean;
  moreRevoked: boolean;
  /** There is none, one has run out, or of the first that were read one could not be used. */
  wanting: boolean;
};

export type KeeperMessage =
  | ({ kind: 'lists' } & ListsChange)
  /** `unreadable`: why nothing of what is there can be used, a sentence. */
  | { kind: 'done'; id: number; unreadable: string | null };
