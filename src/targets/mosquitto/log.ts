import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { BrokerTally } from '../../broker/config.ts';
import type { TargetSnapshot } from '../target.ts';

const chunkBytes = 1 << 20;

const opened = /^\d+: New connection from ([\d.]+):\d+ on port/;
const accepted = /^\d+: New client connected from ([\d.]+):\d+ as /;
/** In place of the two, where the client's answer was there already when it first looked for it; a line for each error of OpenSSL's. */
const failedAtOnce = /^\d+: Client connection from ([\d.]+) failed: /;
/** One line for each connection that ends before its CONNECT was accepted. */
const ended = /^\d+: Client <unknown> (?:disconnected|closed its connection)/;
/** What it says of a refusal at CONNECT; it may know by then what the client calls itself. */
const refusedAtConnect = /^\d+: Client .+ disconnected, not authori[sz]ed\.$/;

/**
 * Mosquitto's own account of its connections, out of its log, read on as it grows. It names a client's address when it opens and when it is
 * accepted, and not when it is refused: what was opened and not accepted was refused, in TLS as long as no refusal at CONNECT was
 * logged. After one of those the log does not tell whose it was, and there are no tallies any more.
 */
export class MosquittoLog {
  readonly #file: string;
  readonly #opened = new Map<string, number>();
  readonly #accepted = new Map<string, number>();
  #offset = 0;
  #rest = '';
  #ended = 0;
  #refusedAtConnect = 0;
  #reloads = 0;
  /** Address of the line before, where that told of a connection that failed at once. */
  #lastFailed: string | undefined;
  #version: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  get version(): string | undefined {
    this.#readOn();
    return this.#version;
  }

  /** How often it has said that it reads its configuration again. */
  get reloads(): number {
    this.#readOn();
    return this.#reloads;
  }

  /** Of connections since it started: every one, those that were not accepted, and of these the ones refused at CONNECT. */
  totals(): { opened: number; accepted: number; ended: number; refusedAtConnect: number } {
    this.#readOn();
    return {
      opened: total(this.#opened),
      accepted: total(this.#accepted),
      ended: this.#ended,
      refusedAtConnect: this.#refusedAtConnect,
    };
  }

  counts(): Pick<TargetSnapshot, 'tallies' | 'connections' | 'pending'> {
    const totals = this.totals();
    // Other versions put it in other words.
    if (!this.#version?.startsWith('2.0.')) return { tallies: null, connections: null, pending: null };
    const pending = totals.opened - totals.accepted - totals.ended;
    return {
      connections: totals.opened,
      pending,
      tallies: totals.refusedAtConnect > 0 || pending < 0 ? null : this.#tallies(),
    };
  }

  #tallies(): BrokerTally[] {
    return [...this.#opened].flatMap(([source, connections]): BrokerTally[] => {
      const good = this.#accepted.get(source) ?? 0;
      return [
        { source, verdict: 'accepted', layer: null, cause: 'accepted', count: good },
        { source, verdict: 'refused', layer: 'tls', cause: 'not_accepted', count: connections - good },
      ];
    });
  }

  #readOn(): void {
    const descriptor = openSync(this.#file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      while (this.#offset < size) {
        const chunk = Buffer.alloc(Math.min(chunkBytes, size - this.#offset));
        const read = readSync(descriptor, chunk, 0, chunk.length, this.#offset);
        if (read === 0) return;
        this.#offset += read;
        const lines = (this.#rest + chunk.toString('latin1', 0, read)).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #take(line: string): void {
    count(this.#opened, opened.exec(line)?.[1]);
    count(this.#accepted, accepted.exec(line)?.[1]);
    this.#takeFailure(failedAtOnce.exec(line)?.[1]);
    if (ended.test(line) || refusedAtConnect.test(line)) this.#ended++;
    if (refusedAtConnect.test(line)) this.#refusedAtConnect++;
    if (/^\d+: Reloading config/.test(line)) this.#reloads++;
    this.#version ??= /^\d+: mosquitto version (\S+) starting/.exec(line)?.[1];
  }

  /** Lines of one connection follow upon each other; a storm's next connection comes from another address. */
  #takeFailure(address: string | undefined): void {
    if (address !== undefined && address !== this.#lastFailed) {
      count(this.#opened, address);
      this.#ended++;
    }
    this.#lastFailed = address;
  }
}

/** By the first three octets, as the bundled broker counts. */
function count(bySource: Map<string, number>, address: string | undefined): void {
  if (address === undefined) return;
  const source = address.slice(0, address.lastIndexOf('.'));
  bySource.set(source, (bySource.get(source) ?? 0) + 1);
}

function total(bySource: ReadonlyMap<string, number>): number {
  return [...bySource.values()].reduce((sum, each) => sum + each, 0);
}
