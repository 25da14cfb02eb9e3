import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { Crew } from './crew.ts';
import { drivers } from './drivers/index.ts';
import type { RoundOrder, RoundRecording, StormOrder, StormProgress } from './order.ts';
import { RoundInPlay, type RoundRun } from './round-run.ts';
import { makeSchedule } from './schedules/index.ts';
import { maxSourceBlocks } from './source-address.ts';
import { StormError } from './storm-error.ts';

export type { RoundRun } from './round-run.ts';

/** A storm that is ready: every worker runs, every client's SecureContext is built. */
export type Storm = {
  /** The threads, also those that are gone. */
  workers: readonly Worker[];
  /**
   * Plays one round; one at a time. `done` rejects with StormError when the order makes no sense, the host has no address, no worker
   * is left, or a round is under way; whatever happens to attempts is in the recording.
   */
  run(order: RoundOrder): RoundRun;
  /** Ends the threads, also in mid-round: that round ends with what it has. Safe to call twice. */
  close(): Promise<void>;
};

/**
 * Starts `order.workers` threads and shares the identities out among them. Resolves when all are ready; takes about 0.4 ms of one core
 * for each identity. Rejects with StormError when the order makes no sense, an identity cannot be presented by its driver, or `signal`
 * fires first (after that, `signal` does nothing).
 *
 *     const storm = await openStorm({ workers: 1, serverCa, cohorts: [{ name: 'good', driver: 'node', identities, password: null }] });
 *     const { recording } = await storm.run(roundOrder).done;
 *     await storm.close();
 */
export async function openStorm(order: StormOrder, signal?: AbortSignal): Promise<Storm> {
  checkStorm(order);
  if (signal?.aborted) throw calledOff();
  const crew = new Crew(order);
  try {
    await unlessAborted(crew.ready(), signal);
  } catch (error) {
    await crew.close();
    throw error;
  }
  return new OpenStorm(order, crew);
}

class OpenStorm implements Storm {
  readonly workers: readonly Worker[];
  readonly #order: StormOrder;
  readonly #crew: Crew;
  #current: Promise<unknown> | undefined;
  #closed = false;

  constructor(order: StormOrder, crew: Crew) {
    this.#order = order;
    this.#crew = crew;
    this.workers = crew.members.map(({ thread }) => thread);
  }

  run(order: RoundOrder): RoundRun {
    let play: RoundInPlay | undefined;
    let stopped = false;
    /** Marked before the address was resolved: from the first attempt on. */
    const early = new Set<number>();
    const start = async (): Promise<RoundRecording> => {
      this.#checkRound(order);
      const ip = await resolveHost(order.address.host);
      if (this.#closed) throw new StormError('closed', 'this storm has been closed');
      play = new RoundInPlay(this.#crew, order, ip, this.#order.cohorts.length, early);
      if (stopped) play.stop();
      return play.done;
    };
    if (this.#current !== undefined) {
      const busy = new StormError('busy', 'a round is under way: wait for it to end, or stop it');
      return {
        progress: () => idle,
        cohorts: () => [],
        mark: () => 0,
        stop() {},
        done: Promise.reject(busy),
      };
    }
    const done = start().finally(() => {
      this.#current = undefined;
    });
    this.#current = done;
    return {
      progress: () => play?.progress() ?? idle,
      cohorts: () => play?.cohorts() ?? [],
      mark: (cohort) => {
        if (play !== undefined) return play.mark(cohort);
        if (this.#order.cohorts[cohort] === undefined)
          throw new RangeError(`there is no cohort ${cohort} to mark`);
        early.add(cohort);
        return 0;
      },
      stop() {
        stopped = true;
        play?.stop();
      },
      done,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#crew.close();
  }

  #checkRound({ serverName, transport, weights, schedule, durationMs }: RoundOrder): void {
    if (this.#closed) throw new StormError('closed', 'this storm has been closed');
    if (this.#crew.alive.length === 0) {
      const why = this.#crew.members.map(({ number, lost }) => `worker ${number + 1} ${lost}`).join(', ');
      throw new StormError('no-workers', `no storm worker is left to play a round (${why})`);
    }
    if (serverName === '' && this.#order.verifyServer !== false) {
      throw new StormError('bad-order', 'the server cannot be verified without its name: give serverName');
    }
    const { cohorts } = this.#order;
    if (weights.length !== cohorts.length) {
      throw new StormError('bad-order', `${weights.length} weights were given for ${cohorts.length} cohorts`);
    }
    if (!weights.every((weight) => weight >= 0) || !weights.some((weight) => weight > 0)) {
      throw new StormError(
        'bad-order',
        'the weights of the cohorts must be 0 or more, and one of them above 0',
      );
    }
    for (const [index, { name, driver, identities }] of cohorts.entries()) {
      const known = drivers.find((kind) => kind.name === driver)?.transports ?? [];
      if (!known.includes(transport ?? 'tls')) {
        throw new StormError(
          'bad-order',
          `cohort '${name}': driver '${driver}' cannot do '${transport}', only ${known.join(' and ')}`,
        );
      }
      if ((weights[index] ?? 0) > 0 && identities.length === 0) {
        throw new StormError('bad-order', `cohort '${name}' has a weight and no identity to storm with`);
      }
    }
    makeSchedule(schedule, durationMs);
  }
}

const idle: StormProgress = { elapsedMs: 0, started: 0, finished: 0, inFlight: 0, missedArrivals: 0 };

function checkStorm({ workers, cohorts }: StormOrder): void {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new StormError('bad-order', `a storm needs at least one worker, not ${workers}`);
  }
  if (workers * cohorts.length > maxSourceBlocks) {
    throw new StormError(
      'bad-order',
      `${workers} workers × ${cohorts.length} cohorts exceed ${maxSourceBlocks} source blocks`,
    );
  }
  for (const { name, driver, lie, slow } of cohorts) {
    checkLie(name, driver, lie ?? null);
    if (slow !== undefined && drivers.some((kind) => kind.name === driver && kind.slow !== true))
      throw new StormError(
        'bad-order',
        `cohort '${name}': driver '${driver}' cannot stop half-way or write by the byte`,
      );
  }
}

function checkLie(cohort: string, driver: string, lie: string | null): void {
  const kind = drivers.find(({ name }) => name === driver);
  // A driver that there is not is for the workers to refuse.
  if (kind === undefined || lie === null || kind.lies.includes(lie)) return;
  const liars = drivers.filter(({ lies }) => lies.includes(lie)).map(({ name }) => `'${name}'`);
  throw new StormError(
    'unknown-lie',
    liars.length > 0
      ? `cohort '${cohort}': driver '${driver}' cannot tell the lie '${lie}'; ${liars.join(' or ')} can`
      : `cohort '${cohort}': lie '${lie}' is none of ${drivers.flatMap(({ lies }) => lies).join(', ')}`,
  );
}

async function resolveHost(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new StormError('unresolved-host', `the host name '${host}' has no address: check target.host`, {
      cause: error,
    });
  }
}

function calledOff(): StormError {
  return new StormError('aborted', 'the storm was called off before its workers were ready');
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(calledOff());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => {});
  }
}
