import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcessUsage } from '../../src/targets/process-usage.ts';
import type { FromPair, PairOrder } from './pair.ts';

/** What the two processes of a pair weigh, resident, bytes. */
type Weight = { generator: number; server: number };

/** A pair of processes as their parent sees it. */
export class RunningPair {
  readonly planned: number;
  held = 0;
  failed = 0;
  missed = 0;
  failures: Record<string, number> = {};
  /** Why it holds no more than it does; undefined while it goes on. */
  over: string | undefined;
  readonly #child: ChildProcess;
  #serverPid: number | undefined;
  #ready = false;
  /** Weight when it held its first sessions: what it weighs anyway is not a session's. */
  #first: { held: number; weight: Weight } | undefined;

  constructor(order: PairOrder) {
    this.planned = order.sessions;
    this.#child = fork(new URL('./pair.ts', import.meta.url).pathname, [JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromPair) => this.#hear(message));
    this.#child.once('exit', (code, signal) => {
      this.over ??= `a generator ended (${signal ?? `exit code ${code}`})`;
    });
  }

  /** Its clients are made and its server listens. */
  get ready(): boolean {
    return this.#ready;
  }

  get full(): boolean {
    return this.held + this.failed + this.missed >= this.planned;
  }

  go(): void {
    this.#child.send('go');
  }

  /** What both sides have grown by from the first sessions on, and over how many. */
  growth(): { sessions: number; generatorBytes: number; serverBytes: number } {
    const now = this.#weight();
    if (this.#first === undefined || now === undefined)
      return { sessions: 0, generatorBytes: 0, serverBytes: 0 };
    const { held, weight } = this.#first;
    return {
      sessions: this.held - held,
      generatorBytes: now.generator - weight.generator,
      serverBytes: now.server - weight.server,
    };
  }

  /** Ends both processes, whatever they are at, and returns when they are gone. */
  async end(): Promise<void> {
    this.over ??= 'ended';
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    // The server ends with its channel; taking down many thousand sockets takes it a moment.
    const server = this.#serverPid;
    if (server === undefined) return;
    for (let tries = 0; tries < 100 && existsSync(`/proc/${server}`); tries++) await delay(50);
    if (existsSync(`/proc/${server}`)) process.kill(server, 'SIGKILL');
  }

  #hear(message: FromPair): void {
    if (message.kind === 'ready') {
      this.#serverPid = message.serverPid;
      this.#ready = true;
    } else if (message.kind === 'over') this.over ??= message.why;
    else {
      this.held = message.held;
      this.failed = message.failed;
      this.missed = message.missed;
      this.failures = message.failures;
      if (this.held >= 100) this.#first ??= this.#firstAt(this.held);
    }
  }

  #firstAt(held: number): { held: number; weight: Weight } | undefined {
    const weight = this.#weight();
    return weight && { held, weight };
  }

  #weight(): Weight | undefined {
    const { pid } = this.#child;
    if (pid === undefined || this.#serverPid === undefined) return undefined;
    const generator = readProcessUsage(pid)?.rssBytes;
    const server = readProcessUsage(this.#serverPid)?.rssBytes;
    return generator === undefined || server === undefined ? undefined : { generator, server };
  }
}
