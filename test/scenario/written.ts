import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, VariantPlan } from '../../src/scenario/plan.ts';
import {
  readScenario,
  ScenarioError,
  type ScenarioOverrides,
  type ScenarioProblem,
} from '../../src/scenario/read.ts';
import { words } from './words.ts';

/** Reads a scenario from a real file that is gone afterwards. */
export async function read(
  text: string | Uint8Array,
  overrides: ScenarioOverrides = {},
  name = 'scenario.yaml',
): Promise<Plan> {
  const dir = await mkdtemp(join(tmpdir(), 'certstorm-scenario-'));
  try {
    await writeFile(join(dir, name), text);
    return await readScenario(join(dir, name), words, overrides);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The one variant of a scenario that names none. */
export async function readOne(text: string, overrides: ScenarioOverrides = {}): Promise<VariantPlan> {
  const { variants } = await read(text, overrides);
  const [variant] = variants;
  if (variant === undefined || variants.length !== 1) throw new Error(`${variants.length} variants`);
  return variant;
}

/** What is wrong with a scenario. */
export async function problemsOf(
  text: string | Uint8Array,
  overrides: ScenarioOverrides = {},
  name = 'scenario.yaml',
): Promise<readonly ScenarioProblem[]> {
  try {
    await read(text, overrides, name);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

/** The sentences, with the file's folder taken off. */
export async function sentencesOf(
  text: string,
  overrides: ScenarioOverrides = {},
  name = 'scenario.yaml',
): Promise<string[]> {
  try {
    await read(text, overrides, name);
  } catch (error) {
    if (error instanceof ScenarioError) {
      return error.message
        .split('\n')
        .map((sentence) => sentence.replace(/^\S*certstorm-scenario-\w+\//, ''));
    }
    throw error;
  }
  return [];
}

/** A scenario with nothing wrong in it, to be broken in one place: lines of the head are replaced by key. */
export function scenario(parts: { head?: string; load?: string; cohorts?: string } = {}): string {
  const {
    head = '',
    load = 'load: { model: constant-arrival-rate, rate: 100, duration: 5s }',
    cohorts = 'cohorts:\n  - { name: good, expect: accept }',
  } = parts;
  return `name: test\n${head === '' ? '' : `${head}\n`}${load}\n${cohorts}\n`;
}
