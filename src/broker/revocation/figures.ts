import type { RevocationSnapshot } from '../config.ts';
import { crlTroubleCauses } from './crl/trouble.ts';
import { ocspTroubleCauses } from './ocsp/trouble.ts';

/** How a revocation check fares, in shared memory: the main thread and the keeper of CRLs write, the control thread reads. */
export type FiguresMemory = { numbers: SharedArrayBuffer; name: SharedArrayBuffer };

/** Set as they are. `thisUpdateMs`: of the newest list in use. */
const gauges = ['entries', 'bytes', 'memoryBytes', 'loadUs', 'thisUpdateMs', 'stallUs'] as const;
/** Cumulative; in the snapshot by the same names. */
export const revocationCounters = [
  'swaps',
  'requests',
  'cacheHits',
  'bytesReceived',
  'failedOpen',
  'failedClosed',
  'sessionsCut',
] as const;
const causes = [...crlTroubleCauses, ...ocspTroubleCauses] as const;

export type Gauge = (typeof gauges)[number];
export type Counter = (typeof revocationCounters)[number];
export type TroubleCause = (typeof causes)[number];

const slots: readonly string[] = [...gauges, ...revocationCounters, ...causes];
const slotOf = new Map(slots.map((name, slot) => [name, slot]));
/** What has not been begun is no figure of this check. */
const absent = -1n;
const longestName = 64;

export class RevocationFigures {
  readonly memory: FiguresMemory;
  readonly #numbers: BigInt64Array;

  constructor(memory?: FiguresMemory) {
    this.memory = memory ?? {
      numbers: new SharedArrayBuffer(8 * slots.length),
      name: new SharedArrayBuffer(longestName),
    };
    this.#numbers = new BigInt64Array(this.memory.numbers);
    if (memory === undefined) this.#numbers.fill(absent, 0, gauges.length + revocationCounters.length);
  }

  /** Names the check and what it will count. */
  begin(check: string, counted: readonly Counter[]): void {
    this.count(counted);
    new Uint8Array(this.memory.name).set(new TextEncoder().encode(check));
  }

  /** From here on these are counted: 0 and not absent. */
  count(counted: readonly Counter[]): void {
    for (const counter of counted) Atomics.store(this.#numbers, slotOfName(counter), 0n);
  }

  add(name: Counter, by = 1): void {
    Atomics.add(this.#numbers, slotOfName(name), BigInt(by));
  }

  /** Whole numbers; what lies behind the point is rounded away. */
  set(gauge: Gauge, value: number): void {
    Atomics.store(this.#numbers, slotOfName(gauge), BigInt(Math.round(value)));
  }

  /** For a gauge that keeps the highest it was given; one thread alone may write it. */
  raise(gauge: Gauge, value: number): void {
    if (value > Number(Atomics.load(this.#numbers, slotOfName(gauge)))) this.set(gauge, value);
  }

  trouble(cause: TroubleCause): void {
    Atomics.add(this.#numbers, slotOfName(cause), 1n);
  }

  /** What lies between two calls to `set` may be read half-way; each number by itself is whole. Null while no check has begun. */
  read(nowMs: number): RevocationSnapshot | null {
    const name = new Uint8Array(this.memory.name).slice();
    const check = new TextDecoder().decode(name.subarray(0, Math.max(0, name.indexOf(0))));
    if (check === '') return null;
    const number = (slot: string) => Number(Atomics.load(this.#numbers, slotOfName(slot)));
    const found = (slot: Gauge | Counter) => (number(slot) < 0 ? undefined : number(slot));
    const [memoryBytes, loadUs, stallUs, thisUpdateMs] = [
      found('memoryBytes'),
      found('loadUs'),
      found('stallUs'),
      found('thisUpdateMs'),
    ];
    const troubles = causes.map((cause) => [cause, number(cause)] as const).filter(([, count]) => count > 0);
    return {
      check,
      ...presentOf({ entries: found('entries'), bytes: found('bytes') }),
      ...(memoryBytes !== undefined && { memoryMiB: memoryBytes / 2 ** 20 }),
      ...(loadUs !== undefined && { loadMs: loadUs / 1000 }),
      ...(stallUs !== undefined && { stallMs: stallUs / 1000 }),
      ...(thisUpdateMs !== undefined && { ageMs: Math.max(0, nowMs - thisUpdateMs) }),
      ...presentOf(Object.fromEntries(revocationCounters.map((counter) => [counter, found(counter)]))),
      troubles: Object.fromEntries(troubles),
    };
  }
}

function slotOfName(name: string): number {
  const slot = slotOf.get(name);
  if (slot === undefined) throw new TypeError(`there is no figure "${name}"`);
  return slot;
}

function presentOf(values: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
