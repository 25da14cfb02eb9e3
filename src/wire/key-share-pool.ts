import type { KeyShare, NamedGroup } from './crypto/named-groups.ts';

/** Where the key shares of an attempt come from: `fresh` makes each anew, as real clients do; `pooled` goes round 64 made beforehand. */
export type KeyShares = 'fresh' | 'pooled';

const poolSize = 64;
const pools = new Map<NamedGroup, { shares: KeyShare[]; next: number }>();

/** A function that hands out key shares of one group. With `pooled` all 64 are made at once, here, before the clock starts. */
export function keyShareSource(group: NamedGroup, kind: KeyShares): () => KeyShare {
  if (kind === 'fresh') return group.create;
  let pool = pools.get(group);
  if (pool === undefined) {
    pool = { shares: Array.from({ length: poolSize }, () => group.create()), next: 0 };
    pools.set(group, pool);
  }
  const { shares } = pool;
  const held = pool;
  return () => {
    held.next = (held.next + 1) % poolSize;
    return shares[held.next] as KeyShare;
  };
}
