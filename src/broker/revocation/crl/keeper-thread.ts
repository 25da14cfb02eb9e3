import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { RevocationFigures } from '../figures.ts';
import { httpSource } from './http-source.ts';
import type { KeeperMessage, KeeperOrder, KeeperRequest, ListsChange } from './keeper-messages.ts';
import { ListStore } from './list-store.ts';
import { fileSource } from './source.ts';
import { CrlTrouble } from './trouble.ts';

/**
 * Entry of the thread that keeps the CRLs: it fetches, reads and verifies them, so that the thread which serves never does, and hands over
 * what has become of them.
 */
const order: KeeperOrder = workerData;
const port = parentPort;
if (port === null) throw new Error('the keeper of CRLs is started by the broker, not by hand');

const { settings, use } = order;
const figures = new RevocationFigures(order.figures);
const source =
  settings.source === 'http' ? httpSource(order.place, settings.pollMs, figures) : fileSource(order.place);
const store = new ListStore(readFileSync(order.clientCaFile), use);
/** What is asked for is done one after the other. */
let last: Promise<unknown> = Promise.resolve();
let isFirst = true;
let pollTimer: NodeJS.Timeout | undefined;
let endTimer: NodeJS.Timeout | undefined;

port.on('message', (request: KeeperRequest) => {
  // Not behind a distribution point that lets the broker wait.
  if (request.verb === 'close') void close(request.id);
  else last = last.then(() => serve(request));
});

async function close(id: number): Promise<void> {
  clearTimeout(pollTimer);
  clearTimeout(endTimer);
  await source.close();
  tell({ kind: 'done', id, unreadable: null });
}

async function serve(request: Exclude<KeeperRequest, { verb: 'close' }>): Promise<void> {
  const unreadable = request.verb === 'load' ? await load() : prove(request.certificate);
  if (request.verb === 'load' && settings.source === 'http') pollTimer ??= nextPoll();
  tell({ kind: 'done', id: request.id, unreadable });
}

/** A sentence where there is no list at all; one that is not good is another matter: another may follow. */
async function load(): Promise<string | null> {
  try {
    const body = await source.read();
    if (body !== null) {
      const startedAt = performance.now();
      const { changed, moreRevoked, troubles } = store.take(body, Date.now());
      for (const { trouble } of troubles) figures.trouble(trouble);
      if (changed) figures.set('loadUs', (performance.now() - startedAt) * 1000);
      if (troubles.length > 0) source.forget();
      if (changed || isFirst)
        handOver({ newer: changed && !isFirst, moreRevoked, wanting: isFirst && troubles.length > 0 });
      isFirst = false;
      return noList(troubles[0]);
    }
  } catch (error) {
    if (!(error instanceof CrlTrouble)) throw error;
    figures.trouble(error.trouble);
    if (isFirst) handOver({ newer: false, moreRevoked: false, wanting: true });
    isFirst = false;
    return noList(error);
  } finally {
    // What was read is tens of megabytes outside the heap, which nothing presses this thread to give back.
    globalThis.gc?.();
  }
  return null;
}

function noList(trouble: CrlTrouble | undefined): string | null {
  const none: readonly (string | undefined)[] = ['crl-file', 'crl-unreadable', 'crl-html'];
  return trouble !== undefined && none.includes(trouble.trouble) ? trouble.message : null;
}

function prove(certificate: Uint8Array): null {
  if (store.prove(certificate)) handOver({ newer: false, moreRevoked: false, wanting: false });
  return null;
}

function handOver(change: Pick<ListsChange, 'newer' | 'moreRevoked' | 'wanting'>): void {
  store.record(figures);
  const wanting = change.wanting || store.isWanting(Date.now());
  tell({ kind: 'lists', lists: store.lists, texts: store.texts, ...change, wanting });
  watchEnd();
}

function nextPoll(): NodeJS.Timeout {
  const { pollMs, jitter } = settings;
  return setTimeout(
    () => {
      last = last.then(load).then(() => {
        pollTimer = nextPoll();
      });
    },
    pollMs * (1 + jitter * (2 * Math.random() - 1)),
  );
}

/** setTimeout can't count further. */
const longestTimerMs = 2 ** 31 - 1;

/** The moment at which a list runs out is told too: OpenSSL may then have to be told to do without. */
function watchEnd(): void {
  clearTimeout(endTimer);
  const endMs = store.nextEndMs(Date.now());
  if (endMs === null) return;
  const waitMs = Math.min(longestTimerMs, Math.max(0, endMs - Date.now()) + 1);
  endTimer = setTimeout(() => {
    if (Date.now() > endMs) {
      figures.trouble('crl-ran-out');
      handOver({ newer: false, moreRevoked: false, wanting: false });
    } else watchEnd();
  }, waitMs);
}

function tell(message: KeeperMessage): void {
  port?.postMessage(message);
}
