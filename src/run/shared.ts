/**
 * Things that several variants use alike (a corpus, the storm that holds its SecureContexts), made once for each key and closed when the
 * last variant that holds one lets go.
 */
export class Shared<T> {
  readonly #held = new Map<string, { value: Promise<T>; holders: number }>();
  readonly #close: (value: T) => Promise<void>;

  constructor(close: (value: T) => Promise<void>) {
    this.#close = close;
  }

  /** The value of this key, made by the first who asks. A failed making is not kept: the next who asks tries again. */
  async hold(key: string, make: () => Promise<T>): Promise<T> {
    let entry = this.#held.get(key);
    if (entry === undefined) {
      entry = { value: make(), holders: 0 };
      this.#held.set(key, entry);
    }
    entry.holders++;
    try {
      return await entry.value;
    } catch (error) {
      if (this.#held.get(key) === entry) this.#held.delete(key);
      throw error;
    }
  }

  async release(key: string): Promise<void> {
    const entry = this.#held.get(key);
    if (entry === undefined) return;
    entry.holders--;
    if (entry.holders > 0) return;
    this.#held.delete(key);
    await this.#close(await entry.value);
  }
}
