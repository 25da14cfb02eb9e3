import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { starterScenario } from '../../src/scenario/starter.ts';
import { words } from './words.ts';
import { problemsOf, scenario } from './written.ts';

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
// Strict: a keyword that the standard does not know is an error.
const compile = (schema: Record<string, unknown>) =>
  new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

describe('the committed schema', () => {
  const committed = JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')) as Record<string, unknown>;
  const valid = compile(committed);

  it('is what the sources make', () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema(vocabulary))));
  });

  it.each(files)('accepts scenarios/%s', (file) => {
    expect(valid(parse(readFileSync(join(folder, file), 'utf8'))), JSON.stringify(valid.errors)).toBe(true);
  });

  it('accepts the starter scenario', () => {
    expect(valid(parse(starterScenario)), JSON.stringify(valid.errors)).toBe(true);
  });
});

describe('the committed scenarios', () => {
  it.each(files)('%s is read without a mistake, and its first line names the schema', async (file) => {
    const plan = await readScenario(join(folder, file), vocabulary);
    expect(plan.name).toBe(file.replace('.yaml', ''));
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/schema\.json\n/,
    );
  });

  it('the quickstart storms the bundled broker with nine cohorts and 2,000 identities or more', async () => {
    const { variants, thresholds } = await readScenario(join(folder, 'quickstart.yaml'), vocabulary);
    expect(variants).toHaveLength(1);
    const [variant] = variants;
    expect(variant?.corpus).toMatchObject({ algorithm: 'ecdsa-p256' });
    expect(variant?.corpus.identities).toBeGreaterThanOrEqual(2000);
    expect(variant?.target).toMatchObject({ kind: 'bundled', revocation: 'crl-native' });
    expect(variant?.cohorts.map(({ name }) => name)).toEqual([
      'good',
      'expired',
      'not-yet-valid',
      'revoked',
      'unknown-ca',
      'self-signed',
      'wrong-eku',
      'no-certificate',
      'bad-signature',
    ]);
    expect(thresholds.length).toBeGreaterThan(0);
  });
});

describe('the schema and the reader', () => {
  const valid = compile(scenarioJsonSchema(words));

  it.each([
    ['nothing wrong', scenario()],
    [
      'a matrix',
      scenario({ head: 'matrix: { target.revocation: [none, crl-native], cohorts.good.weight: [1, 2] }' }),
    ],
    ['variants', scenario({ head: 'variants: [{ name: a, set: { target.revocation: crl-native } }]' })],
    [
      'the long form of an expectation',
      scenario({ cohorts: 'cohorts: [{ name: a, expect: { outcome: reject, cause: x } }]' }),
    ],
    [
      'every duration',
      scenario({
        load: 'load: { model: constant-vus, vus: 2, duration: 1.5h, warmup: 0s, gracefulStop: 0ms, attemptTimeout: 250ms }',
      }),
    ],
  ])('both accept %s', async (_, text) => {
    expect(await problemsOf(text)).toEqual([]);
    expect(valid(parse(text)), JSON.stringify(valid.errors)).toBe(true);
  });

  it.each([
    ['an unknown key', scenario({ head: 'seeds: 1' })],
    ['an unknown key inside', scenario({ head: 'target: { hots: x }' })],
    ['a missing name', scenario().replace('name: test\n', '')],
    ['a missing load', scenario({ load: '' })],
    ['missing cohorts', scenario({ cohorts: '' })],
    ['no cohorts', scenario({ cohorts: 'cohorts: []' })],
    ['a missing expectation', scenario({ cohorts: 'cohorts: [{ name: a }]' })],
    ['an unknown expectation', scenario({ cohorts: 'cohorts: [{ name: a, expect: maybe }]' })],
    ['an unknown defect', scenario({ cohorts: 'cohorts: [{ name: a, expect: reject, defect: expird }]' })],
    ['an unknown driver', scenario({ cohorts: 'cohorts: [{ name: a, expect: reject, driver: x }]' })],
    ['an unknown target', scenario({ head: 'target: { kind: x }' })],
    ['an unknown algorithm', scenario({ head: 'corpus: { algorithm: x }' })],
    ['a number in quotes', scenario({ head: 'rounds: "2"' })],
    ['a number out of range', scenario({ head: 'seed: -1' })],
    ['half a round', scenario({ head: 'rounds: 0.5' })],
    ['a duration without unit', scenario({ load: 'load: { model: constant-vus, vus: 2, duration: 5 }' })],
    ['a duration of zero', scenario({ load: 'load: { model: constant-vus, vus: 2, duration: 0.0s }' })],
    ['an unknown model', scenario({ load: 'load: { model: constant-users, vus: 2, duration: 5s }' })],
    ['an empty axis', scenario({ head: 'matrix: { load.rate: [] }' })],
    ['an axis that is no list', scenario({ head: 'matrix: { load.rate: 5 }' })],
    ['a wrong value in an axis', scenario({ head: 'matrix: { target.revocation: [crl-nativ] }' })],
    ['an axis over the run as a whole', scenario({ head: 'matrix: { rounds: [1] }' })],
    ['a variant without name', scenario({ head: 'variants: [{ set: {} }]' })],
    ['thresholds that are no texts', scenario({ head: 'thresholds: [1]' })],
  ])('both refuse %s', async (_, text) => {
    expect(await problemsOf(text)).not.toEqual([]);
    expect(valid(parse(text))).toBe(false);
  });
});
