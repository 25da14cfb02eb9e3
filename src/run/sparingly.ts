/** Share of the calling thread's time that telling of a run may take: it shares the machine with what is measured. */
const mostShare = 0.01;

/**
 * The action, but not before a hundred times as long has gone by as it took the last time; what is asked for in between is left out.
 * `true` does it in any case. Times are milliseconds.
 */
export function sparingly(
  action: () => void,
  now: () => number = () => performance.now(),
): (inAnyCase?: boolean) => void {
  let dueAt = Number.NEGATIVE_INFINITY;
  return (inAnyCase = false) => {
    const startedAt = now();
    if (!inAnyCase && startedAt < dueAt) return;
    action();
    const endedAt = now();
    dueAt = endedAt + (endedAt - startedAt) / mostShare;
  };
}
