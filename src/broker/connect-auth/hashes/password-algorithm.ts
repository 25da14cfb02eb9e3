/** A way to hash passwords: one file, one line in `index.ts`. */
export type PasswordAlgorithm = {
  name: string;
  /** Which of the parameters it has, each with its default. */
  defaults: Partial<PasswordParameters>;
  /** A record in the PHC string format (bcrypt: its own), with a fresh salt. */
  hash(password: string, parameters: Partial<PasswordParameters>): Promise<string>;
  /** Null where the text is no record of this algorithm. */
  read(record: string): PasswordRecord | null;
};

export type PasswordParameters = {
  /** scrypt: log2 of N; bcrypt: log2 of the rounds. */
  cost: number;
  /** argon2id: KiB. */
  memoryKiB: number;
  /** argon2id: t, over the memory. */
  passes: number;
};

/** Something that a password can be held against; costs a whole hash whatever the answer, and compares in constant time. */
export type PasswordRecord = {
  /** A promise where it is done off the event loop. */
  verify(password: Buffer): boolean | Promise<boolean>;
};
