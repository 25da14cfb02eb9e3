import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { defectNames } from '../../src/pki/index.ts';
import { vocabulary } from '../../src/run/vocabulary.ts';
import { readScenario } from '../../src/scenario/read.ts';

test('scenarios/every-defect.yaml leaves no defect out', async () => {
  const file = fileURLToPath(new URL('../../scenarios/every-defect.yaml', import.meta.url));
  const { variants } = await readScenario(file, vocabulary);
  expect(variants[0]?.cohorts.map(({ defect }) => defect)).toEqual(defectNames);
});
