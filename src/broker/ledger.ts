import type { BrokerSnapshot, BrokerTally } from './config.ts';
import type { Verdict } from './verdict.ts';

/**
 * The broker's count of its connections, in shared memory: the main thread writes, the control thread reads whenever it is asked,
 * without a message between them. A sequence lock keeps a reader from seeing a connection half booked; with one writer it costs the
 * writer two atomic additions.
 */
export type LedgerMemory = { counters: SharedArrayBuffer; names: SharedArrayBuffer };

export type LedgerReading = Pick<BrokerSnapshot, 'connections' | 'pending' | 'tallies'>;

// Counters are 32 bits, read as unsigned: 4.29 thousand million connections.
const SEQUENCE = 0;
const CONNECTIONS = 1;
const PENDING = 2;
const KEYS = 3;
const FIRST_COUNT = 4;

const maxKeys = 8192;
const meanNameBytes = 128;
const anySource = '*';

export class ConnectionLedger {
  readonly memory: LedgerMemory;
  readonly #counters: Int32Array;
  readonly #names: Uint8Array;
  readonly #indexOf = new Map<string, number>();
  #nameBytes = 0;

  constructor(keys = maxKeys) {
    this.memory = {
      counters: new SharedArrayBuffer(4 * (FIRST_COUNT + keys)),
      names: new SharedArrayBuffer(keys * meanNameBytes),
    };
    this.#counters = new Int32Array(this.memory.counters);
    this.#names = new Uint8Array(this.memory.names);
    for (const verdict of catchAlls) this.#addKey(anySource, verdict);
  }

  /** A TCP connection was accepted; its verdict is open. */
  open(): void {
    Atomics.add(this.#counters, SEQUENCE, 1);
    Atomics.add(this.#counters, CONNECTIONS, 1);
    Atomics.add(this.#counters, PENDING, 1);
    Atomics.add(this.#counters, SEQUENCE, 1);
  }

  /** Books the verdict of one connection; the caller sees to it that each connection is settled once. */
  settle(source: string, verdict: Verdict): void {
    const index = this.#key(source, verdict);
    Atomics.add(this.#counters, SEQUENCE, 1);
    Atomics.sub(this.#counters, PENDING, 1);
    Atomics.add(this.#counters, FIRST_COUNT + index, 1);
    Atomics.add(this.#counters, SEQUENCE, 1);
  }

  /** The verdict of a connection that was settled turns out to be another. */
  resettle(source: string, before: Verdict, after: Verdict): void {
    const from = this.#key(source, before);
    const to = this.#key(source, after);
    Atomics.add(this.#counters, SEQUENCE, 1);
    Atomics.sub(this.#counters, FIRST_COUNT + from, 1);
    Atomics.add(this.#counters, FIRST_COUNT + to, 1);
    Atomics.add(this.#counters, SEQUENCE, 1);
  }

  #key(source: string, verdict: Verdict): number {
    return (
      this.#indexOf.get(keyOf(source, verdict)) ?? this.#addKey(source, verdict) ?? this.#catchAll(verdict)
    );
  }

  /** The index of a new key, or null where the memory is full. */
  #addKey(source: string, { verdict, layer, cause }: Verdict): number | null {
    const index = this.#indexOf.size;
    const name = new TextEncoder().encode(`${JSON.stringify({ source, verdict, layer, cause })}\n`);
    if (index === this.#counters.length - FIRST_COUNT || this.#nameBytes + name.length > this.#names.length)
      return null;
    this.#names.set(name, this.#nameBytes);
    this.#nameBytes += name.length;
    this.#indexOf.set(keyOf(source, { verdict, layer, cause }), index);
    // The name is in place before the number of keys says so.
    Atomics.store(this.#counters, KEYS, index + 1);
    return index;
  }

  #catchAll({ verdict, layer }: Verdict): number {
    return catchAlls.findIndex((kept) => kept.verdict === verdict && kept.layer === layer);
  }
}

/** Booked first, so that their index is their place here: where keys run out, what comes is counted here and the sum still holds. */
const catchAlls: readonly Verdict[] = [
  { verdict: 'accepted', layer: null, cause: 'other' },
  { verdict: 'refused', layer: 'tls', cause: 'other' },
  { verdict: 'refused', layer: 'connect', cause: 'other' },
  { verdict: 'abandoned', layer: null, cause: 'other' },
  { verdict: 'refused', layer: 'authorization', cause: 'other' },
];

function keyOf(source: string, { verdict, layer, cause }: Verdict): string {
  return `${source} ${verdict} ${layer} ${cause}`;
}

/** Reads a ledger from another thread. */
export class LedgerReader {
  readonly #counters: Int32Array;
  readonly #names: Uint8Array;
  readonly #keys: Omit<BrokerTally, 'count'>[] = [];
  #nameBytes = 0;

  constructor(memory: LedgerMemory) {
    this.#counters = new Int32Array(memory.counters);
    this.#names = new Uint8Array(memory.names);
  }

  /** A consistent reading: `connections` is `pending` plus the sum of the tallies. */
  read(): LedgerReading {
    for (;;) {
      const sequence = Atomics.load(this.#counters, SEQUENCE);
      if (sequence % 2 !== 0) continue;
      const keys = Atomics.load(this.#counters, KEYS);
      const connections = this.#count(CONNECTIONS);
      const pending = this.#count(PENDING);
      const counts = Array.from({ length: keys }, (_, index) => this.#count(FIRST_COUNT + index));
      if (Atomics.load(this.#counters, SEQUENCE) !== sequence) continue;
      this.#learnKeys(keys);
      const tallies = this.#keys.slice(0, keys).map((key, index) => ({ ...key, count: counts[index] ?? 0 }));
      return { connections, pending, tallies: tallies.filter(({ count }) => count > 0) };
    }
  }

  #count(index: number): number {
    return Atomics.load(this.#counters, index) >>> 0;
  }

  #learnKeys(keys: number): void {
    while (this.#keys.length < keys) {
      const end = this.#names.indexOf(0x0a, this.#nameBytes);
      // TextDecoder refuses shared memory, hence the copy.
      const line = new TextDecoder().decode(this.#names.slice(this.#nameBytes, end));
      this.#keys.push(JSON.parse(line));
      this.#nameBytes = end + 1;
    }
  }
}
