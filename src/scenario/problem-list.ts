import type { Layered } from './layers.ts';
import { printPath } from './place.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-error.ts';
import type { Fault } from './shape.ts';

type Entry = { problem: ScenarioProblem; variants: Set<string> };

/** Collects mistakes; the same one seen in several variants is told once. */
export class ProblemList {
  readonly #entries = new Map<string, Entry>();

  /** A mistake of the scenario. With `variant`, it was seen in that variant. */
  add({ path, part, message, expected, nearest }: Fault, layered: Layered, variant?: string): void {
    const place = layered.placeOf(path, part);
    const problem = { ...place, path: printPath(path), message, expected };
    this.#keep(nearest === undefined ? problem : { ...problem, nearest }, variant);
  }

  addAll(problems: readonly ScenarioProblem[]): void {
    for (const problem of problems) this.#keep(problem, undefined);
  }

  /** A mistake of a flag itself; `flag` as the user wrote it. */
  addForFlag(flag: string, fault: Pick<ScenarioProblem, 'message' | 'expected' | 'nearest'>): void {
    this.#keep({ file: flag, line: null, column: null, path: '', ...fault }, undefined);
  }

  /** Throws ScenarioError with all of them, flags first, then in the order of the file. `variants` is how many there are in all. */
  throwIfAny(variants: number): void {
    if (this.#entries.size === 0) return;
    const problems = [...this.#entries.values()].map(({ problem, variants: seen }) => {
      if (seen.size === 0 || seen.size === variants) return problem;
      const [first, ...others] = seen;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return { ...problem, message: `${problem.message} (in variant '${first}'${more})` };
    });
    const order = (problem: ScenarioProblem) => (problem.line ?? 0) * 1e6 + (problem.column ?? 0);
    throw new ScenarioError(problems.sort((one, other) => order(one) - order(other)));
  }

  #keep(problem: ScenarioProblem, variant: string | undefined): void {
    const { file, line, column, path, message } = problem;
    const key = JSON.stringify([file, line, column, path, message]);
    const known = this.#entries.get(key);
    if (known === undefined) {
      this.#entries.set(key, { problem, variants: new Set(variant === undefined ? [] : [variant]) });
    } else if (variant === undefined) {
      known.variants.clear();
    } else if (known.variants.size > 0) {
      known.variants.add(variant);
    }
  }
}
