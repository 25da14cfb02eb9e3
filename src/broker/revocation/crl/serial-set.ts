/**
 * A set of serial numbers in two blocks of shared memory, so that it passes from the thread that fills it to the one that asks without
 * being copied: a hash table of places, and the octets of the numbers, each behind its length. A million of 16 octets take 25 MB; to ask
 * costs a fraction of a µs, whatever the size.
 */
export type SerialSetMemory = { places: SharedArrayBuffer; octets: SharedArrayBuffer; size: number };

export class SerialSet {
  readonly #places: Uint32Array;
  readonly #octets: Uint8Array;
  readonly #mask: number;
  #size: number;
  #end = 0;

  constructor(memory: SerialSetMemory) {
    this.#places = new Uint32Array(memory.places);
    this.#octets = new Uint8Array(memory.octets);
    this.#mask = this.#places.length - 1;
    this.#size = memory.size;
  }

  /** Room for so many numbers that have so many octets together. */
  static withRoom(numbers: number, octets: number): SerialSet {
    let slots = 8;
    while (slots < numbers * 1.5) slots *= 2;
    return new SerialSet({
      places: new SharedArrayBuffer(4 * slots),
      // The first octet belongs to no number: a place of 0 is an empty one.
      octets: new SharedArrayBuffer(1 + octets + numbers),
      size: 0,
    });
  }

  get size(): number {
    return this.#size;
  }

  get memory(): SerialSetMemory {
    return {
      places: this.#places.buffer as SharedArrayBuffer,
      octets: this.#octets.buffer as SharedArrayBuffer,
      size: this.#size,
    };
  }

  get bytes(): number {
    return this.#places.byteLength + this.#octets.byteLength;
  }

  /** A number of 1 to 255 octets, `bytes[from]` to `bytes[to - 1]`. One that is there already is not added. */
  add(bytes: Uint8Array, from: number, to: number): void {
    const octets = this.#octets;
    let slot = this.#slotOf(bytes, from, to);
    for (let place = this.#places[slot]; place !== 0; place = this.#places[slot]) {
      if (this.#isAt(place ?? 0, bytes, from, to)) return;
      slot = (slot + 1) & this.#mask;
    }
    let at = this.#end + 1;
    this.#places[slot] = at;
    octets[at] = to - from;
    for (let i = from; i < to; i += 1) {
      at += 1;
      octets[at] = bytes[i] ?? 0;
    }
    this.#end = at;
    this.#size += 1;
  }

  has(bytes: Uint8Array, from = 0, to = bytes.length): boolean {
    let slot = this.#slotOf(bytes, from, to);
    for (let place = this.#places[slot]; place !== 0; place = this.#places[slot]) {
      if (this.#isAt(place ?? 0, bytes, from, to)) return true;
      slot = (slot + 1) & this.#mask;
    }
    return false;
  }

  /** Whether it has a number that `other` has not. Costs a lookup for each. */
  hasMoreThan(other: SerialSet): boolean {
    const octets = this.#octets;
    for (let at = 1; at <= this.#end; ) {
      const to = at + 1 + (octets[at] ?? 0);
      if (!other.has(octets, at + 1, to)) return true;
      at = to;
    }
    return false;
  }

  #isAt(place: number, bytes: Uint8Array, from: number, to: number): boolean {
    const octets = this.#octets;
    if (octets[place] !== to - from) return false;
    for (let i = from, at = place + 1; i < to; i += 1, at += 1) if (octets[at] !== bytes[i]) return false;
    return true;
  }

  /** FNV-1a with the avalanche of MurmurHash3: serial numbers that are counted up lie apart as random ones do. */
  #slotOf(bytes: Uint8Array, from: number, to: number): number {
    let mixed = 0x811c9dc5;
    for (let i = from; i < to; i += 1) mixed = Math.imul(mixed ^ (bytes[i] ?? 0), 0x01000193);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) & this.#mask;
  }
}
