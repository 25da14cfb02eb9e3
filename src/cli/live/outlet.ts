/** Something that tells of a run while it goes on. */
export type Outlet = {
  /** The address, for people. */
  where: string;
  /** There is news; may be called often. */
  changed(): void;
  /** Tells the last figures, and leaves no port, timer or connection behind. Never rejects. */
  end(): Promise<void>;
};
