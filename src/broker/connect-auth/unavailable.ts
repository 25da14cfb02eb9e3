import type { ConnectAnswer } from './auth.ts';

/** What becomes of clients while what they would be checked against can't be asked. */
export type OnUnavailable = 'fail-open' | 'fail-closed';

/** Accepted unchecked, or CONNACK 3; either is counted apart. */
export function unavailable(onUnavailable: OnUnavailable): ConnectAnswer {
  return onUnavailable === 'fail-open' ? { code: 0, cause: 'failed_open' } : 3;
}

/** Rejects after this long with TimeLimit; `give up` is called then. */
export function within<T>(ms: number, work: Promise<T>, giveUp?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TimeLimit(`no answer within ${ms} ms`));
      giveUp?.();
    }, ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export class TimeLimit extends Error {
  override readonly name = 'TimeLimit';
}

/** Tells of a trouble once a second at most: an overload must not become one of stderr. */
export function complainer(what: string): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + 1000;
    process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  };
}
