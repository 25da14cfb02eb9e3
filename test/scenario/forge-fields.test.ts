import { describe, expect, it } from 'vitest';
import type { VariantPlan } from '../../src/scenario/plan.ts';
import { parseScenario, ScenarioError } from '../../src/scenario/read.ts';
import type { Vocabulary } from '../../src/scenario/vocabulary.ts';
import { words } from './words.ts';
import { scenario } from './written.ts';

const vocabulary: Vocabulary = {
  ...words,
  defects: [
    ...words.defects,
    { name: 'revoked-superseded', describe: 'replaced', certificate: true, revoked: true },
    { name: 'ends-within-run', describe: 'ends', certificate: true, revoked: false },
    { name: 'mismatched-key', describe: 'lies', certificate: true, revoked: false, driver: 'mqttjs' },
  ],
};

function readOne(text: string): VariantPlan {
  const [variant] = parseScenario(text, 'scenario.yaml', vocabulary).variants;
  if (variant === undefined) throw new Error('no variant');
  return variant;
}

function sentencesOf(text: string): string[] {
  try {
    readOne(text);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
}

const cohort = (line: string) =>
  scenario({ cohorts: `cohorts:\n  - { name: good, expect: accept }\n  - ${line}` });

describe('what a scenario asks of the forge', () => {
  it('goes into the plan as it is written, and what is left out is not there', () => {
    const { corpus, cohorts } = readOne(
      scenario({
        head: `corpus:
  caAlgorithm: rsa-2048
  keys: pooled
  keyPool: 50
  serialOctets: 20
  authorities: { depth: 3, intermediates: withheld, roots: 2, crossSigned: true, nameConstraints: { permitted: ["dns:.a"] } }
  crl: { kind: direct, partitions: 8 }
  certificate: { subject: "CN={clientId}", values: { region: [eu, us] }, mustStaple: true }`,
        cohorts: `cohorts:
  - { name: fleet, expect: accept, algorithm: { ecdsa-p256: 3, rsa-2048: 1 }, certificate: { size: 4096 } }
  - { name: plain, expect: accept, algorithm: rsa-2048 }`,
      }),
    );
    expect(corpus).toEqual({
      algorithm: 'ecdsa-p256',
      identities: 1000,
      crlEntries: 0,
      caAlgorithm: 'rsa-2048',
      keys: 'pooled',
      keyPool: 50,
      serialOctets: 20,
      authorities: {
        depth: 3,
        intermediates: 'withheld',
        roots: 2,
        crossSigned: true,
        nameConstraints: { permitted: ['dns:.a'] },
      },
      crl: { kind: 'direct', partitions: 8 },
      certificate: { subject: 'CN={clientId}', values: { region: ['eu', 'us'] }, mustStaple: true },
    });
    expect(cohorts.map(({ algorithm, certificate }) => ({ algorithm, certificate }))).toEqual([
      { algorithm: { 'ecdsa-p256': 3, 'rsa-2048': 1 }, certificate: { size: 4096 } },
      { algorithm: 'rsa-2048', certificate: undefined },
    ]);
  });

  it('is stormed by the driver that can present it, where no driver is named', () => {
    const { cohorts } = readOne(cohort('{ name: lies, defect: mismatched-key, expect: reject }'));
    expect(cohorts.map(({ driver }) => driver)).toEqual(['node', 'mqttjs']);
  });

  it('counts every revoked cohort into the CRL, whatever its reason', () => {
    const { corpus } = readOne(
      scenario({
        cohorts: `cohorts:
  - { name: good, expect: accept }
  - { name: a, defect: revoked, identities: 3, expect: reject }
  - { name: b, defect: revoked-superseded, identities: 4, expect: reject }`,
      }),
    );
    expect(corpus.crlEntries).toBe(7);
  });

  it('a validity that ends within the run is a time from its start', () => {
    const { cohorts } = readOne(
      cohort('{ name: ends, defect: ends-within-run, expect: reject, endsAfter: 20s }'),
    );
    expect(cohorts[1]?.endsAfterMs).toBe(20_000);
  });

  it('may be varied by its path', () => {
    const { corpus } = readOne(
      scenario({
        head: 'corpus: { authorities: { depth: 2 } }\nvariants: [{ name: deep, set: { corpus.authorities.depth: 4 } }]',
      }),
    );
    expect(corpus.authorities).toEqual({ depth: 4 });
  });
});

const mistakes: [string, string, string][] = [
  [
    'a driver that cannot present the defect',
    cohort('{ name: lies, defect: mismatched-key, driver: node, expect: reject }'),
    "cohorts[1].driver: driver 'node' cannot present the defect 'mismatched-key': expected mqttjs, or no driver",
  ],
  [
    'an end without the defect of ending',
    cohort('{ name: ends, expect: accept, endsAfter: 20s }'),
    "cohorts[1].endsAfter: certificates with defect 'none' do not end within the run: expected endsAfter only with ends-within-run",
  ],
  [
    'weights of nothing',
    cohort('{ name: fleet, expect: accept, algorithm: { ecdsa-p256: 0 } }'),
    'cohorts[1].algorithm: no algorithm has a weight: expected a weight above 0',
  ],
  [
    'an unknown algorithm in a fleet',
    cohort('{ name: fleet, expect: accept, algorithm: rsa-2047 }'),
    "cohorts[1].algorithm: unknown algorithm 'rsa-2047'",
  ],
  [
    'one in its weights',
    cohort('{ name: fleet, expect: accept, algorithm: { rsa-2047: 1 } }'),
    "cohorts[1].algorithm.rsa-2047: unknown key 'rsa-2047': expected one of ecdsa-p256, rsa-2048; did you mean 'rsa-2048'?",
  ],
  [
    'a depth that nobody has',
    scenario({ head: 'corpus: { authorities: { depth: 5 } }' }),
    'corpus.authorities.depth: 5 is too large: expected a whole number from 1 to 4',
  ],
  [
    'an unknown kind of CRL',
    scenario({ head: 'corpus: { crl: { kind: dirct } }' }),
    "corpus.crl.kind: unknown kind of CRL 'dirct': expected one of direct; did you mean 'direct'?",
  ],
];

describe('what no single field shows', () => {
  const asked: Vocabulary = {
    ...vocabulary,
    checkCorpus: (_, { corpus }) =>
      corpus.fixedKeys ? { path: ['corpus', 'fixedKeys'], message: 'not with these keys' } : undefined,
  };

  it('is asked of the forge, and told at its place', () => {
    const text = scenario({ head: 'corpus:\n  fixedKeys: true' });
    expect(() => parseScenario(text, 'scenario.yaml', asked)).toThrow(
      'scenario.yaml:3:14: corpus.fixedKeys: not with these keys: expected certificates that can be made',
    );
  });
});

describe('a mistake in what it asks', () => {
  it.each(mistakes)('is told: %s', (_, text, sentence) => {
    const sentences = sentencesOf(text);
    expect(sentences).toEqual([expect.stringContaining(sentence)]);
  });
});
