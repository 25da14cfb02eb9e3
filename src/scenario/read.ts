import { crossFaults } from './checks.ts';
import { checkCompare, resolveCompare, roundsOf } from './compare-plan.ts';
import { readDocument } from './document.ts';
import { cohortNames } from './event-checks.ts';
import { type FieldSchema, fieldSchema } from './field-schema.ts';
import { impossibleFaults } from './impossible.ts';
import { baseLayer, type Layered } from './layers.ts';
import { nearestWord } from './nearest.ts';
import { applyOverrides, type ScenarioOverrides } from './overrides.ts';
import { type Path, showValue } from './place.ts';
import type { Plan } from './plan.ts';
import { ProblemList } from './problem-list.ts';
import { resolveVariant } from './resolve.ts';
import { readScenarioFile } from './scenario-file.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { shapeFaults } from './shape.ts';
import { covers, expandVariants, type Variant } from './variants.ts';
import type { Vocabulary } from './vocabulary.ts';

export type { ScenarioOverrides } from './overrides.ts';
export { describeProblem, ScenarioError, type ScenarioProblem } from './scenario-error.ts';

/**
 * Reads a scenario file (YAML 1.2 or JSON) into the plan of its run. Throws ScenarioError with every mistake of the file and of the flags
 * at once, each with its place.
 *
 * @example const plan = await readScenario('scenario.yaml', vocabulary, { set: ['load.duration=5s'], seed: 7 });
 */
export async function readScenario(
  file: string,
  vocabulary: Vocabulary,
  overrides: ScenarioOverrides = {},
): Promise<Plan> {
  return parseScenario(await readScenarioFile(file), file, vocabulary, overrides);
}

/** The same for text that is there already; `file` is what messages call it. Durations of the plan are milliseconds. */
export function parseScenario(
  text: string,
  file: string,
  vocabulary: Vocabulary,
  overrides: ScenarioOverrides = {},
): Plan {
  const problems = new ProblemList();
  const document = readDocument(text, file);
  problems.addAll(document.problems);

  const schema = scenarioSchema(vocabulary);
  const root = fieldSchema(vocabulary);
  const { layered: base, paths } = applyOverrides(baseLayer(document), root, overrides, problems);
  const named = expandVariants(base, root, (fault) => problems.add(fault, base));
  // What the variants bring along may be missing here.
  const partial = named.length > 0;
  for (const fault of shapeFaults(schema.safeParse(base.data).error?.issues ?? [], base.data, root)) {
    if (!(partial && fault.missing && fault.path[0] !== 'variants')) problems.add(fault, base);
  }
  reportVainOverrides(paths, named, problems);

  const variants: Variant[] = partial ? named : [{ name: 'default', layered: base, labels: {}, paths: [] }];
  const scenarios = variants.map((variant) =>
    checkVariant(variant, schema, root, vocabulary, problems, partial),
  );
  const names = variants.map(({ name }) => name);
  const kept = keepVariants(names, overrides.variants ?? [], problems);
  const thresholds = checkThresholds(base, vocabulary, names, kept, problems);
  checkCompare(base, { all: names, kept }, vocabulary, problems);
  // Of several variants, one that its target cannot play is told in the result; a scenario of nothing else is a mistake.
  const impossible = new Map(
    variants.map(({ name, layered }) => [name, impossibleFaults(layered.data, vocabulary)]),
  );
  if (kept.every((name) => impossible.get(name)?.length !== 0)) {
    for (const { name, layered } of variants) {
      if (!kept.includes(name)) continue;
      for (const fault of impossible.get(name) ?? [])
        problems.add(fault, layered, partial ? name : undefined);
    }
  }
  problems.throwIfAny(variants.length);

  const [first] = scenarios;
  if (first === undefined) throw new Error('a scenario without mistakes has a variant');
  const resolved = variants.flatMap(({ name, labels, layered }, index) => {
    const scenario = scenarios[index];
    if (scenario === undefined || !kept.includes(name)) return [];
    const variant = resolveVariant(name, labels, scenario, vocabulary);
    const mistake = vocabulary.checkCorpus?.(scenario.seed, variant);
    const expected = 'certificates that can be made';
    if (mistake) problems.add({ ...mistake, expected }, layered, partial ? name : undefined);
    const [lack] = impossible.get(name) ?? [];
    return [lack === undefined ? variant : { ...variant, impossible: lack.message }];
  });
  problems.throwIfAny(variants.length);
  const compare = resolveCompare(first.compare, { all: names, kept });
  return {
    schema: 'certstorm/plan@1',
    name: first.name,
    description: first.description,
    seed: first.seed,
    ...roundsOf(base.data.rounds !== undefined, first.rounds, compare),
    variants: resolved,
    ...(compare !== undefined && { compare }),
    thresholds,
  };
}

function checkVariant(
  { name, layered }: Variant,
  schema: ReturnType<typeof scenarioSchema>,
  root: FieldSchema,
  vocabulary: Vocabulary,
  problems: ProblemList,
  named: boolean,
): Scenario | undefined {
  const { matrix: _matrix, variants: _variants, ...data } = layered.data;
  const parsed = schema.safeParse(data);
  const seenIn = named ? name : undefined;
  // A wrong value speaks for itself; what is missing, and what does not go together, may be so in one variant only.
  for (const fault of shapeFaults(parsed.error?.issues ?? [], data, root)) {
    problems.add(fault, layered, fault.missing ? seenIn : undefined);
  }
  for (const fault of crossFaults(data, vocabulary)) problems.add(fault, layered, seenIn);
  return parsed.data;
}

/** A flag that every variant overwrites would change nothing, and the user would believe it had. */
function reportVainOverrides(
  paths: readonly Path[],
  variants: readonly Variant[],
  problems: ProblemList,
): void {
  for (const path of paths) {
    if (
      variants.length === 0 ||
      !variants.every((variant) => variant.paths.some((outer) => covers(outer, path)))
    )
      continue;
    problems.addForFlag(`--set ${path.join('.')}`, {
      message: 'every variant sets this field itself',
      expected: '--variant NAME to choose among them',
    });
  }
}

function keepVariants(
  names: readonly string[],
  wanted: readonly string[],
  problems: ProblemList,
): readonly string[] {
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const nearest = nearestWord(name, names);
    problems.addForFlag('--variant', {
      message: `there is no variant ${showValue(name)}`,
      expected: `one of ${names.join(', ')}`,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
}

/** The thresholds that apply to the variants kept; all are checked, also those of variants that this run leaves out. */
function checkThresholds(
  base: Layered,
  vocabulary: Vocabulary,
  names: readonly string[],
  kept: readonly string[],
  problems: ProblemList,
): string[] {
  const { thresholds = [] } = base.data;
  const cohorts = cohortNames(base.data);
  const applying: string[] = [];
  for (const [index, expression] of (Array.isArray(thresholds) ? thresholds : []).entries()) {
    if (typeof expression !== 'string') continue;
    const wrong = vocabulary.checkThreshold(expression, cohorts, names);
    if (wrong !== undefined) {
      problems.add(
        {
          path: ['thresholds', index],
          message: `${showValue(expression)} is no threshold of this run`,
          ...wrong,
        },
        base,
      );
    } else if (vocabulary.checkThreshold(expression, cohorts, kept) === undefined) {
      applying.push(expression);
    }
  }
  return applying;
}
