/**
 * What must be gone when this process is gone, whichever way it goes: children, work folders. Undone in the orderly way by whoever made
 * it; what is still listed when the process exits (an error, a second Ctrl-C) is undone here, synchronously.
 */
const leftovers = new Set<() => void>();

/** Registers `undo`, a synchronous last resort; the function returned takes it off the list again. */
export function leaveNothing(undo: () => void): () => void {
  if (leftovers.size === 0) process.once('exit', undoAll);
  leftovers.add(undo);
  return () => {
    leftovers.delete(undo);
    if (leftovers.size === 0) process.removeListener('exit', undoAll);
  };
}

function undoAll(): void {
  for (const undo of leftovers) {
    try {
      undo();
    } catch (error) {
      // Nobody is left to handle it, and the others must have their turn.
      process.stderr.write(
        `certstorm could not clean up: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
}
