import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepLastLines } from './last-lines.ts';
import type { TargetDeath } from './target.ts';
import { TargetError } from './target-error.ts';

/** How long a process may take to end after it was asked to, before it is killed. */
const gracePeriodMs = 3000;

type WatchOptions = {
  /** Where its last words are, if not on a stderr that is piped here. */
  lastWords?: () => string[];
  /** It leads a process group, which is to be gone when it is. */
  group?: boolean;
};

/** A target's process from its start to its end, whichever way it ends. */
export class WatchedProcess {
  readonly pid: number;
  /** The process has ended, asked or not, and its stderr is read to the end. */
  readonly ended: Promise<TargetDeath>;
  /** Settles only when it ended without having been asked to. */
  readonly died: Promise<TargetDeath>;
  readonly #child: ChildProcess;
  readonly #group: boolean;
  #stopping: Promise<void> | null = null;

  private constructor(child: ChildProcess, pid: number, { lastWords, group }: WatchOptions) {
    this.#child = child;
    this.#group = group === true;
    this.pid = pid;
    // Told by its end, not by a pipe that is broken then.
    child.stdin?.on('error', () => undefined);
    const lastStderr = lastWords ?? (child.stderr === null ? () => [] : keepLastLines(child.stderr));
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, lastStderr: lastStderr() }));
    });
    this.died = new Promise((resolve) => {
      void this.ended.then((death) => {
        if (this.#stopping === null) resolve(death);
      });
    });
  }

  /** Throws TargetError where the system could not start it. */
  static async watch(child: ChildProcess, what: string, options: WatchOptions = {}): Promise<WatchedProcess> {
    // Node gives a pid before it tells of the spawn; the constructor must not miss what the process writes first.
    const process = child.pid === undefined ? null : new WatchedProcess(child, child.pid, options);
    try {
      await once(child, 'spawn');
      if (process === null) throw new Error('it has no process id');
      return process;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TargetError('ERR_TARGET_SPAWN', `${what} could not be started: ${reason}`, { cause: error });
    }
  }

  /** Ends it: in good order where `ask` brings that about within 3 s, else by SIGKILL. Resolves when it is gone. Safe to call twice. */
  stop(ask: () => void): Promise<void> {
    this.#stopping ??= this.#stop(ask);
    return this.#stopping;
  }

  /** Writes a line to its standard input, where that is a pipe from here and it still reads. */
  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Sends a signal to it, unless it is gone. */
  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once. */
  kill(): Promise<void> {
    this.killNow();
    return this.stop(() => undefined);
  }

  /** The same without waiting for it: whoever exits has no time to. */
  killNow(): void {
    if (this.#group) killGroup(this.pid);
    else this.#child.kill('SIGKILL');
  }

  async #stop(ask: () => void): Promise<void> {
    ask();
    const timer = new AbortController();
    const late = sleep(gracePeriodMs, 'late', { signal: timer.signal }).catch(() => 'cancelled');
    await Promise.race([this.ended, late]);
    timer.abort();
    // Also after its end: of a group, others may be there still.
    this.killNow();
    await this.ended;
  }
}

function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    // ESRCH: nobody of it is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** How a process ended, to be read after its name: `was killed by SIGKILL`, `ended with exit code 1: …`. */
export function describeDeath({ code, signal, lastStderr }: TargetDeath): string {
  const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
  const last = lastStderr.findLast((line) => line.trim() !== '' && !isStackTrace(line));
  return last === undefined ? how : `${how}: ${last.trim()}`;
}

/** Frames, the properties of an error printed under them, and Node's own last line. */
function isStackTrace(line: string): boolean {
  return /^\s+at |^\s+\S+: .*,?$|^\s*[\]}^]|^Node\.js v/.test(line);
}
