import { stringify } from 'yaml';
import { exitCodes } from '../src/gate/exit-codes.ts';
import { metricFamilies } from '../src/gate/metrics.ts';
import { type FieldSchema, fieldSchema, properties } from '../src/scenario/field-schema.ts';
import { limits, reservedCohortNames } from '../src/scenario/limits.ts';
import { type LoadModel, loadModels, type Need, needs } from '../src/scenario/load-models.ts';
import type { Vocabulary } from '../src/scenario/vocabulary.ts';

/** docs/scenario.md: every field as the schema describes it, and around the fields what no schema can say. */
export function scenarioDocument(vocabulary: Vocabulary): string {
  const root = fieldSchema(vocabulary);
  const top = properties(root) ?? {};
  const sections = ['corpus', 'target', 'broker', 'load', 'cohorts', 'compare'] as const;
  const whole = Object.keys(top).filter((key) => !sections.some((section) => section === key));
  return [
    intro,
    '## The whole\n',
    fieldTable(whole.flatMap((key) => rows(key, top[key] ?? {}, root.required ?? []))),
    ...sections.flatMap((key) => [
      ...section(key, top[key] ?? {}, root.required ?? []),
      key === 'load' ? loadModelTable : '',
    ]),
    words(vocabulary),
    paths,
    thresholdSection(),
    mistakes,
    limitTable(),
  ].join('\n');
}

const intro = `<!-- Made by \`npm run generate\` from the schema of a scenario; change src/scenario/schema.ts or scripts/scenario-doc.ts instead. -->
# The scenario file

A scenario says who connects to which broker, how fast, and what should become of them. It is YAML 1.2 or JSON, in one file.
\`certstorm init\` writes one to start from, \`certstorm validate FILE\` checks one without running it, and
[\`scenarios/quickstart.yaml\`](../scenarios/quickstart.yaml) is one to read.

The smallest that runs:

\`\`\`yaml
name: smallest
load: { model: constant-arrival-rate, rate: 100, duration: 5s }
cohorts:
  - { name: good, expect: accept }
\`\`\`

For completion and checks in an editor, begin the file with \`# yaml-language-server: $schema=./schema.json\`; the schema lies in
\`scenarios/schema.json\` and is printed by \`certstorm schema\`.

**Durations** are text with a unit: \`250ms\`, \`10s\`, \`1.5s\`, \`5m\`, \`1h\`. **Rates** are attempts per second.
`;

function modelRow(model: LoadModel): string {
  const fields = Object.entries(needs[model]);
  const those = (need: Need) => fields.filter(([, one]) => one === need).map(([field]) => `\`${field}\``);
  return `| \`${model}\` | ${those('needed').join(', ')} | ${those('allowed').join(', ') || '–'} |`;
}

const loadModelTable = `
What each model needs:

| \`load.model\` | needs | may have |
| --- | --- | --- |
${loadModels.map(modelRow).join('\n')}

\`rate\` and \`vus\` of the ramping models are where the first stage starts from. \`reconnect-storm\` and a soak (\`ramping-vus\`) want clients
that stay: \`cohorts[].session\`.

\`\`\`yaml
load:
  model: ramping-arrival-rate
  rate: 50
  stages:
    - { duration: 5s, target: 500 } # from 50/s to 500/s
    - { duration: 10s, target: 500 } # stays there
\`\`\`
`;

const paths = `## Variants

One run can measure the same thing under several conditions. Each condition is a variant; rounds of different variants are
interleaved. A **matrix** makes a variant of every combination:

\`\`\`yaml
matrix:
  target.revocation: [none, crl-native]
  corpus.crlEntries: [1000, 100000]
\`\`\`

These four are called \`none+crlEntries=1000\`, \`none+crlEntries=100000\`, and so on: the values joined by \`+\`, with the name of the
field where a value does not speak for itself. A list of **variants** names them, and sets in each what it likes:

\`\`\`yaml
variants:
  - name: unchecked
    set: { cohorts.revoked.expect: accept }
  - name: with-crl
    set: { target.revocation: crl-native }
\`\`\`

Both use **dotted paths** to fields of \`corpus\`, \`target\`, \`load\` and \`cohorts\`. A cohort goes by its name or its index:
\`cohorts.revoked.weight\`, \`cohorts.3.weight\`, \`cohorts[3].weight\`. An empty value takes a field out, so that its default holds.

**On the command line**, \`--set PATH=VALUE\` sets a field of the file (also \`name\`, \`description\`, \`seed\`, \`rounds\` and
\`thresholds\`) before the variants are made; the value is read as YAML: \`--set load.duration=5s\`,
\`--set 'load.stages=[{duration: 5s, target: 100}]'\`. \`--seed N\` and \`--rounds N\` are short for two of them, and
\`--variant NAME\` keeps only that variant (it may be given several times). Setting a field that every variant sets itself is refused.
`;

const mistakes = `## Mistakes

A scenario with mistakes starts nothing: certstorm tells all of them at once and ends with exit code ${exitCodes.badScenario}. Each has its place, its path, what
was expected, and the nearest known word:

\`\`\`
scenario.yaml:14:13: cohorts[2].defect: unknown defect 'expird': expected one of none, expired, revoked; did you mean 'expired'?
\`\`\`
`;

type Row = { field: string; type: string; fallback: string; meaning: string; example: string };

function section(key: string, field: FieldSchema, required: readonly string[]): string[] {
  const inner = field.items ?? field;
  const prefix = field.items === undefined ? key : `${key}[]`;
  const lines = Object.entries(properties(inner) ?? {}).flatMap(([name, child]) =>
    rows(`${prefix}.${name}`, child, inner.required ?? []),
  );
  const needed = required.includes(key) ? ' **Required.**' : '';
  return [`\n## ${key}\n\n${field.description ?? ''}${needed}\n`, fieldTable(lines)];
}

/** A field, and under it the fields of its entries or of its long form. */
function rows(path: string, field: FieldSchema, required: readonly string[]): Row[] {
  const inner = field.items ?? field.anyOf?.find((form) => form.properties !== undefined) ?? field;
  const prefix = field.items === undefined ? path : `${path}[]`;
  const below = Object.entries(inner.properties ?? {});
  return [
    row(path, field, required),
    ...below.flatMap(([name, child]) => rows(`${prefix}.${name}`, child, inner.required ?? [])),
  ];
}

function row(field: string, schema: FieldSchema, required: readonly string[]): Row {
  const name = field.split('.').at(-1) ?? field;
  const needed = required.includes(name) ? '**required**' : undefined;
  const fallback = schema.default === undefined ? undefined : code(schema.default);
  const [example] = schema.examples ?? [];
  return {
    field: `\`${field}\``,
    type: typeOf(schema),
    fallback: needed ?? schema.otherwise ?? (isEmpty(schema.default) ? '–' : fallback) ?? '–',
    meaning: `${schema.description ?? ''}${schema.unit === undefined || schema.unit === 'duration' ? '' : ` *Unit: ${schema.unit}.*`}`,
    example: example === undefined ? '' : code(example),
  };
}

function typeOf(schema: FieldSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(', or ');
  if (schema.unit === 'duration') return 'duration';
  const { minimum, maximum } = schema;
  const range =
    minimum === undefined || maximum === undefined
      ? ''
      : `, ${plainNumber(minimum)} to ${plainNumber(maximum)}`;
  if (schema.type === 'integer') return `whole number${range}`;
  if (schema.type === 'number') return `number${range}`;
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'array') return schema.items?.type === 'string' ? 'list of texts' : 'list';
  if (schema.type !== 'object') return 'text';
  return schema.properties === undefined
    ? 'map'
    : `a map of ${Object.keys(schema.properties)
        .map((key) => `\`${key}\``)
        .join(', ')}`;
}

function fieldTable(fields: readonly Row[]): string {
  const lines = fields.map(({ field, type, fallback, meaning, example }) =>
    [field, type, fallback, meaning, example].map(cell).join(' | '),
  );
  return table(['Field', 'Type', 'Default', 'Meaning', 'Example'], lines);
}

function words({
  defects,
  messageOrders = [],
  crlKinds,
  crlDefects,
  targets,
  algorithms,
  drivers,
}: Vocabulary): string {
  const defectLines = defects.map(({ name, describe }) => `\`${name}\` | ${cell(describe)}`);
  const targetLines = targets.map(
    ({ kind, revocation, connectAuth }) => `\`${kind}\` | ${list(revocation)} | ${list(connectAuth)}`,
  );
  return [
    '## Defects\n',
    table(['`defect`', 'What the client presents'], defectLines),
    '\n## Orders of messages\n',
    table(['`messageOrder`', 'What the client sends out of order'], described(messageOrders)),
    '\n## CRLs\n',
    table(['`corpus.crl.kind`', 'What the client CA publishes'], described(crlKinds)),
    '',
    table(['`corpus.crl.defect`', 'What is wrong with it'], described(crlDefects)),
    '\n## What each target can do\n',
    table(['`target.kind`', '`target.revocation`', '`target.connectAuth`'], targetLines),
    `\nAlgorithms: ${list(algorithms)}. Drivers: ${list(drivers)}.\n`,
  ].join('\n');
}

function described(words: readonly { name: string; describe: string }[]): string[] {
  return words.map(({ name, describe }) => `\`${name}\` | ${cell(describe)}`);
}

function thresholdSection(): string {
  const lines = metricFamilies.map(({ pattern, unit, describe }) => {
    const name = `\`${pattern.replaceAll('(', '{').replaceAll(')', '}').replaceAll('|', ',')}\``;
    return `${name} | ${unit === '' ? 'count' : unit} | ${cell(describe)}`;
  });
  return `## Thresholds

A threshold is a metric, an operator (\`<\` \`<=\` \`>\` \`>=\` \`==\` \`!=\`) and a limit, as in k6. It must hold in every variant, or in the one
that it names before a colon. Where one does not hold, the run ends with exit code ${exitCodes.thresholdFailed}.

\`\`\`yaml
thresholds:
  - good.authenticated.p99 < 250ms
  - good.authenticated.p(99.9) < 1.5s # the same as p999
  - revoked.falseAccepts == 0
  - "crl-native: target.cpuMsPerAttempt <= 3ms"
\`\`\`

Limits on times may have a unit (\`us\`, \`ms\`, \`s\`, \`m\`, \`h\`; milliseconds without one), on sizes too (\`KiB\`, \`MiB\`, \`GiB\`; MiB without one). A figure
that a run did not give fails its threshold: so do the counts of false verdicts of a cohort that made no attempt.

${table(['Metric', 'Unit', 'Meaning'], lines)}

False accepts and false rejects need no threshold: with any of them the run ends with exit code ${exitCodes.falseVerdicts}.
`;
}

function limitTable(): string {
  const lines = [
    ['Identities of a variant', limits.identities],
    ['Entries of a CRL', limits.crlEntries],
    ['Cohorts', limits.cohorts],
    ['Variants', limits.variants],
    ['Attempts of a variant over all its rounds', limits.attempts],
    ['Length of a round', `${limits.durationMs / 3_600_000} h`],
  ].map(([what, most]) => `${what} | ${typeof most === 'number' ? plainNumber(most) : most}`);
  return `## Limits

${table(['What', 'At most'], lines)}

A cohort cannot be called ${reservedCohortNames.map((name) => `\`${name}\``).join(', ')}: metrics begin with these words.
`;
}

function table(head: readonly string[], lines: readonly string[]): string {
  const rule = head.map(() => '---').join(' | ');
  return [head.join(' | '), rule, ...lines].map((line) => `| ${line} |`).join('\n');
}

function code(value: unknown): string {
  const text =
    typeof value === 'string' ? value : stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return `\`${text}\``;
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function list(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function plainNumber(value: number): string {
  return value.toLocaleString('en-GB');
}
