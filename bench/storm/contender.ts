import type { Identity } from '../../src/pki/identity.ts';

/** What every way of storming is told. All keep `concurrency` attempts going until `ms` are over. */
export type Ground = {
  ip: string;
  port: number;
  serverName: string;
  serverCa: string;
  identities: Identity[];
  concurrency: number;
};

/** A way of storming, in a process of its own. */
export type Contender = {
  name: string;
  /** Everything that does not belong into the measurement. */
  open(ground: Ground): Promise<Contestant>;
};

/**
 * What came of a lap: attempts that were accepted, the CPU of a forced collection that followed the last of them, and the CPU that a round
 * takes however many attempts are in it: starting, merging what was recorded.
 */
export type Done = { attempts: number; collectionCpuMs: number; roundCpuMs?: number };

export type Contestant = {
  /** Throws when any attempt was not accepted. */
  run(ms: number): Promise<Done>;
  close(): Promise<void>;
};

/** Keeps `concurrency` attempts going: `attempt` calls back when it is over. */
export function keepGoing(
  { concurrency, identities }: Ground,
  ms: number,
  attempt: (identity: number, over: (failure?: string) => void) => void,
): Promise<Done> {
  const end = performance.now() + ms;
  return new Promise((resolve, reject) => {
    let [accepted, next, live] = [0, 0, concurrency];
    const start = (): void => {
      if (performance.now() >= end) {
        live--;
        if (live === 0) resolve({ attempts: accepted, collectionCpuMs: 0 });
        return;
      }
      attempt(next++ % identities.length, (failure) => {
        if (failure !== undefined) reject(new Error(failure));
        accepted++;
        start();
      });
    };
    for (let started = 0; started < concurrency; started++) start();
  });
}
