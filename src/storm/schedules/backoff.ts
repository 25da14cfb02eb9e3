/** How long a client waits before it comes back. */
export type BackoffOrder = {
  policy: BackoffPolicy;
  /** The first wait, or the bound of it. */
  baseMs: number;
  /** The longest. */
  capMs: number;
};

/** `failures`: since it was last connected. `previousMs`: its last wait, 0 before the first. `draw`: from 0 to 1, without 1. */
type Wait = (order: BackoffOrder, failures: number, previousMs: number, draw: number) => number;

const exponential = ({ baseMs, capMs }: BackoffOrder, failures: number): number =>
  Math.min(capMs, baseMs * 2 ** Math.min(failures, 1000));

const policies = {
  /** At once, always. */
  none: () => 0,
  fixed: ({ baseMs, capMs }) => Math.min(capMs, baseMs),
  exponential,
  /** Anywhere between nothing and the exponential wait. */
  'full-jitter': (order, failures, _, draw) => exponential(order, failures) * draw,
  /** Between the base and three times the last wait: grows like the exponential one, and no two clients keep step. */
  'decorrelated-jitter': ({ baseMs, capMs }, _, previousMs, draw) =>
    Math.min(capMs, baseMs + draw * (Math.max(baseMs, previousMs * 3) - baseMs)),
} satisfies Record<string, Wait>;

export type BackoffPolicy = keyof typeof policies;

export const backoffPolicies = Object.keys(policies) as [BackoffPolicy, ...BackoffPolicy[]];

/** Milliseconds until the client tries again. */
export function waitMs(order: BackoffOrder, failures: number, previousMs: number, draw: number): number {
  const wait: Wait = policies[order.policy];
  return wait(order, failures, previousMs, draw);
}
