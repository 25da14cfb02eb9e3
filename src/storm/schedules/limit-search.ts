/**
 * Finds the highest rate that meets an objective, given the answers for the rates that it asks: first doubling (or halving) until the limit
 * lies between two rates, then halving their ratio. Rates are positive; the limit found is only as good as the answers are steady.
 */
export class LimitSearch {
  /** The highest rate that met the objective so far; 0 where none did. */
  low = 0;
  /** The lowest rate that did not; Infinity where all did. */
  high = Infinity;
  readonly #from: number;
  readonly #most: number;
  readonly #precision: number;
  #asked = 0;

  /** `from`: where to start. `most`: no rate beyond it is asked. `precision`: how far apart low and high may stay, 0.05 for 5 %. */
  constructor(from: number, most: number, precision: number) {
    this.#from = Math.min(from, most);
    this.#most = most;
    this.#precision = precision;
  }

  /** The rate to try next; undefined when the limit is known as well as wanted, is beyond `most`, or below a 1,024th of `from`. */
  get next(): number | undefined {
    const { low, high } = this;
    if (this.#asked === 0) return this.#from;
    if (high === Infinity) return low >= this.#most ? undefined : Math.min(low * 2, this.#most);
    if (low === 0) return high <= this.#from / 1024 ? undefined : high / 2;
    return high / low <= 1 + this.#precision ? undefined : Math.sqrt(low * high);
  }

  tell(rate: number, met: boolean): void {
    this.#asked++;
    if (met) this.low = Math.max(this.low, rate);
    else this.high = Math.min(this.high, rate);
  }
}
