import { Worker } from 'node:worker_threads';
import { freeMarks } from './client-pool.ts';
import type { FromWorker, ToWorker, WorkerCohort, WorkerOrder } from './messages.ts';
import type { StormOrder } from './order.ts';
import { StormError } from './storm-error.ts';

const workerEntry = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * Three semi-spaces of 4 MiB. A collection of what is young stops the thread for as long as what has lived takes to go through, which with
 * V8's 16 MiB is 4 ms and more, and with 4 MiB mostly 1.5: the 99th percentile of late starts is that (`npm run bench:schedule`). It costs
 * half a percent of a core.
 */
const youngGenerationMb = 12;

export type CrewMember = {
  /** Its number for the whole storm: source addresses and marks go by it. */
  readonly number: number;
  readonly thread: Worker;
  /** A sentence, once it is gone. */
  lost: string | undefined;
};

/** The workers of a storm: starts them, notices when one goes, and frees the clients that it had taken. */
export class Crew {
  readonly members: readonly CrewMember[];
  readonly #sharedMarks: readonly (SharedArrayBuffer | undefined)[];
  readonly #onMessage = new Map<CrewMember, (message: FromWorker) => void>();
  readonly #onLost = new Map<CrewMember, () => void>();
  #closing = false;

  constructor(order: StormOrder) {
    this.#sharedMarks = order.cohorts.map(({ identities }) =>
      identities.length < order.workers ? new SharedArrayBuffer(identities.length * 4) : undefined,
    );
    this.members = Array.from({ length: order.workers }, (_, number) => this.#hire(order, number));
  }

  get alive(): CrewMember[] {
    return this.members.filter(({ lost }) => lost === undefined);
  }

  /** Resolves when every worker has its clients ready. Rejects with StormError when one cannot. */
  async ready(): Promise<void> {
    await Promise.all(
      this.members.map(
        (member) =>
          new Promise<void>((resolve, reject) => {
            this.listen(
              member,
              (message) => {
                if (message.kind === 'ready') resolve();
                if (message.kind === 'unready') reject(new StormError(message.code, message.reason));
              },
              () => reject(new StormError('worker-lost', `storm worker ${member.number + 1} ${member.lost}`)),
            );
          }),
      ),
    );
  }

  /** Who hears what this worker says from now on, and that it is gone. */
  listen(member: CrewMember, onMessage: (message: FromWorker) => void, onLost: () => void): void {
    this.#onMessage.set(member, onMessage);
    this.#onLost.set(member, onLost);
  }

  tell(member: CrewMember, message: ToWorker): void {
    member.thread.postMessage(message);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.members.map(dismiss));
  }

  #hire(order: StormOrder, number: number): CrewMember {
    const thread = new Worker(workerEntry, {
      workerData: workerOrder(order, number, this.#sharedMarks),
      name: `storm ${number + 1}`,
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    const member: CrewMember = { number, thread, lost: undefined };
    let failure: Error | undefined;
    thread.on('message', (message: FromWorker) => this.#onMessage.get(member)?.(message));
    thread.on('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    thread.on('exit', (exitCode) => {
      member.lost = this.#closing ? 'was closed with the storm' : lastWords(failure, exitCode);
      for (const marks of this.#sharedMarks) if (marks !== undefined) freeMarks(marks, number + 1);
      this.#onLost.get(member)?.();
    });
    return member;
  }
}

/** How long a worker may take to hear that it is no longer needed; one that builds its contexts or hangs is stopped where it is. */
const dismissalMs = 1_000;

/**
 * A worker that ends itself does so between two of its tasks; one that is terminated may be in the middle of a handshake, and a fault in
 * native code there would take the whole process and its unwritten result along.
 */
async function dismiss({ thread, lost }: CrewMember): Promise<void> {
  if (lost !== undefined) return;
  const gone = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.postMessage({ kind: 'close' } satisfies ToWorker);
  const late = setTimeout(() => void thread.terminate(), dismissalMs);
  await gone;
  clearTimeout(late);
}

function lastWords(error: (Error & { code?: string }) | undefined, exitCode: number): string {
  if (error === undefined) return `ended with exit code ${exitCode}`;
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return 'ran out of memory';
  return `failed: ${error.message}`;
}

function workerOrder(
  { workers, serverCa, verifyServer, keyShares, presentCertificates, cohorts }: StormOrder,
  worker: number,
  sharedMarks: readonly (SharedArrayBuffer | undefined)[],
): WorkerOrder {
  const own = cohorts.map((cohort, index): WorkerCohort => {
    const { driver, identities, password, lie, slow, session, operation, resumption, mqttVersion } = cohort;
    const marks = sharedMarks[index];
    return {
      driver,
      identities: marks === undefined ? identities.filter((_, at) => at % workers === worker) : identities,
      sharedMarks: marks,
      password,
      lie: lie ?? null,
      slow,
      mqttVersion: mqttVersion ?? '3.1.1',
      session,
      operation,
      resumption: resumption ?? 0,
      tls: cohort.tls,
    };
  });
  return {
    worker,
    serverCa,
    verifyServer: verifyServer ?? true,
    keyShares: keyShares ?? 'fresh',
    presentCertificates: presentCertificates ?? true,
    cohorts: own,
  };
}
