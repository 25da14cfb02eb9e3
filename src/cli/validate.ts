import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { type OverrideFlags, overridesOf } from './overrides.ts';

/** `certstorm validate SCENARIO`: every mistake at once, or what the file would run. */
export async function validate(file: string, flags: OverrideFlags & { json?: true }): Promise<void> {
  const plan = await readScenario(file, vocabulary, overridesOf(flags));
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    return;
  }
  const seconds =
    plan.variants
      .filter(({ impossible }) => impossible === undefined)
      .reduce((sum, { load }) => sum + load.warmupMs + load.durationMs, 0) *
    (plan.rounds / 1000);
  const lines = plan.variants.map(({ name, target, load, cohorts, impossible }) => {
    if (impossible !== undefined) return `  ${name}: left out, for ${impossible}`;
    const identities = cohorts.reduce((sum, cohort) => sum + cohort.identities, 0);
    return `  ${name}: ${target.kind}, revocation ${target.revocation}, ${load.model}, ${cohorts.length} cohorts, ${identities} identities`;
  });
  process.stdout.write(
    `${file} is good: ${plan.variants.length} variant(s) × ${plan.compare?.budgetMs === undefined ? '' : 'up to '}${plan.rounds} round(s), about ${Math.ceil(seconds)} s of load\n${lines.join('\n')}\n`,
  );
}
