import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { OwnTarget, TargetOrder, TargetSnapshot } from '../../src/targets/target.ts';
import type { TestPki } from './test-pki.ts';

/** An order for the bundled broker on a free port, with what differs from the plainest one. */
export function orderFor(pki: TestPki, changes: Partial<TargetOrder> = {}): TargetOrder {
  const workDir = join(pki.dir, 'work');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  return {
    ...plainOrder,
    clientCaFile: pki.caFile,
    serverCertFile: pki.serverCertFile,
    serverKeyFile: pki.serverKeyFile,
    crlFile: pki.crlFile,
    workDir,
    ...changes,
  };
}

export function startBroker(pki: TestPki, changes: Partial<TargetOrder> = {}): Promise<OwnTarget> {
  return bundled.start(orderFor(pki, changes));
}

/** The snapshot once every connection has its verdict and there are at least `connections` of them. */
export async function settledSnapshot<Snapshot extends TargetSnapshot>(
  broker: { snapshot(): Promise<Snapshot> },
  connections: number,
): Promise<Snapshot> {
  for (;;) {
    const snapshot = await broker.snapshot();
    if (snapshot.pending === 0 && (snapshot.connections ?? 0) >= connections) return snapshot;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the broker counted for one block of source addresses, as `verdict layer cause` → count. */
export function countsOf(snapshot: TargetSnapshot, source: string): Record<string, number> {
  const tallies = (snapshot.tallies ?? []).filter((tally) => tally.source === source);
  return Object.fromEntries(
    tallies.map(({ verdict, layer, cause, count }) => [
      [verdict, layer, cause].filter((word) => word !== null).join(' '),
      count,
    ]),
  );
}

/** True while a process of that id is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when no process of that id is there any more; the test's own time limit is the bound. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}
