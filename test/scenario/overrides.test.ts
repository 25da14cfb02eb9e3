import { describe, expect, it } from 'vitest';
import type { ScenarioOverrides } from '../../src/scenario/read.ts';
import { fieldsOf } from './words.ts';
import { problemsOf, read, readOne, scenario, sentencesOf } from './written.ts';

const two = scenario({
  head: 'variants:\n  - name: plain\n  - name: checked\n    set: { target.revocation: crl-native }\nthresholds:\n  - "checked: good.errors == 0"\n  - good.falseRejects == 0',
});

describe('flags', () => {
  it('set fields of every kind', async () => {
    const plan = await read(scenario(), {
      set: [
        'load.duration=2s',
        'load.rate=7.5',
        'target.sessionTickets=false',
        'description=a = b',
        'cohorts.good.expect={outcome: reject, cause: x}',
        'cohorts[0].weight=4',
        'thresholds=[good.errors == 0]',
      ],
    });
    expect(plan).toMatchObject({ description: 'a = b', thresholds: ['good.errors == 0'] });
    expect(plan.variants[0]).toMatchObject({
      load: { durationMs: 2000, rate: 7.5 },
      target: { sessionTickets: false },
      cohorts: [{ weight: 4, expect: { outcome: 'reject', cause: 'x' } }],
    });
  });

  it('are applied in their order, the last one wins', async () => {
    expect((await readOne(scenario(), { set: ['load.rate=1', 'load.rate=2'] })).load.rate).toBe(2);
  });

  it('make what the file leaves out', async () => {
    expect((await readOne(scenario(), { set: ['corpus.identities=5'] })).corpus.identities).toBe(5);
  });

  it('take a field out when they set nothing', async () => {
    const { load } = await readOne(scenario(), {
      set: [
        'load.model=ramping-vus',
        'load.rate=',
        'load.duration=',
        'load.stages=[{duration: 1s, target: 2}]',
      ],
    });
    expect(load).toMatchObject({ model: 'ramping-vus', rate: 0, durationMs: 1000 });
  });

  it('mend a mistake of the file', async () => {
    expect(
      (await readOne(scenario({ head: 'corpus: { identities: many }' }), { set: ['corpus.identities=5'] }))
        .corpus.identities,
    ).toBe(5);
  });

  it.each([[{ seed: 7, rounds: 3 }], [{ seed: '7', rounds: '3' }], [{ set: ['seed=7', 'rounds=3'] }]])(
    'give seed and rounds: %j',
    async (overrides) => {
      expect(await read(scenario(), overrides)).toMatchObject({ seed: 7, rounds: 3 });
    },
  );

  it('apply before the variants, which keep the last word', async () => {
    const { variants } = await read(two, { set: ['target.revocation=crl-native', 'load.rate=3'] });
    expect(variants.map(({ target, load }) => [target.revocation, load.rate])).toEqual([
      ['crl-native', 3],
      ['crl-native', 3],
    ]);
  });

  it('keep the variants that are named, and the thresholds that apply to them', async () => {
    const all = await read(two);
    expect(all.variants.map(({ name }) => name)).toEqual(['plain', 'checked']);
    expect(all.thresholds).toEqual(['checked: good.errors == 0', 'good.falseRejects == 0']);
    const plain = await read(two, { variants: ['plain'] });
    expect(plain.variants.map(({ name }) => name)).toEqual(['plain']);
    expect(plain.thresholds).toEqual(['good.falseRejects == 0']);
    expect((await read(two, { variants: ['checked', 'plain'] })).variants.map(({ name }) => name)).toEqual([
      'plain',
      'checked',
    ]);
  });

  const mistakes: [title: string, overrides: ScenarioOverrides, sentences: string[]][] = [
    [
      'an unknown field',
      { set: ['load.durtion=5s'] },
      [
        `--set load.durtion: unknown field 'load.durtion': expected one of ${fieldsOf('load', 'load.')}; did you mean 'load.duration'?`,
      ],
    ],
    [
      'a field whose group is missing',
      { set: ['rate=5'] },
      [
        "--set rate: unknown field 'rate': expected one of name, description, seed, rounds, corpus, target, broker, services, events, load, cohorts, compare, thresholds; did you mean 'load.rate'?",
      ],
    ],
    [
      'no value',
      { set: ['load.rate'] },
      ["--set: 'load.rate' sets nothing: expected PATH=VALUE, such as load.duration=5s"],
    ],
    ['no path', { set: ['=5'] }, ["--set: '=5' sets nothing: expected PATH=VALUE, such as load.duration=5s"]],
    [
      'a wrong value',
      { set: ['load.duration=5'] },
      [
        "--set load.duration: 5 has no unit: expected a duration such as 250ms, 10s, 5m or 1h; did you mean '5s'?",
      ],
    ],
    [
      'a wrong value of a field addressed by name, with its path',
      { set: ['cohorts.good.defect=expird'] },
      [
        "--set cohorts.good.defect: cohorts[0].defect: unknown defect 'expird': expected one of none, expired, not-yet-valid, revoked, unknown-ca, self-signed, wrong-eku, no-certificate, bad-signature; did you mean 'expired'?",
      ],
    ],
    [
      'no YAML',
      { set: ['load.stages=[{duration: 5s'] },
      [
        '--set load.stages: not YAML: flow map in block collection must be sufficiently indented and end with a }: expected a value as in YAML',
      ],
    ],
    [
      'a wrong seed and wrong rounds',
      { seed: 'x', rounds: 0 },
      [
        "--seed: 'x' is text: expected a whole number from 0 to 4294967295",
        '--rounds: 0 is too small: expected a whole number from 1 to 1000',
      ],
    ],
    [
      'a field of the matrix itself',
      { set: ['matrix.load.rate=[1]'] },
      [
        "--set matrix.load.rate: unknown field 'matrix.load.rate': expected one of name, description, seed, rounds, corpus, target, broker, services, events, load, cohorts, compare, thresholds; did you mean 'load.rate'?",
      ],
    ],
    [
      'a mistake between a flag and the file, at the flag',
      { set: ['load.vus=5'] },
      [
        '--set load.vus: model constant-arrival-rate has no vus: expected rate, for arrivals come on a schedule and not from virtual users',
      ],
    ],
    [
      'an unknown threshold',
      { set: ['thresholds=[good.error == 0]'] },
      [
        "--set thresholds: thresholds[0]: 'good.error == 0' is no threshold of this run: expected a metric such as good.authenticated.p99, good.falseRejects or target.cpuMsPerAttempt; did you mean 'good.errors'?",
      ],
    ],
  ];
  it.each(mistakes)('are refused for %s', async (_, overrides, sentences) => {
    expect(await sentencesOf(scenario(), overrides)).toEqual(sentences);
  });

  it('are refused for a variant that is not there', async () => {
    expect(await sentencesOf(two, { variants: ['chekced', 'plain'] })).toEqual([
      "--variant: there is no variant 'chekced': expected one of plain, checked; did you mean 'checked'?",
    ]);
  });

  it('are refused where every variant overwrites them', async () => {
    const text = scenario({
      head: `variants:
  - { name: a, set: { target.revocation: none } }
  - { name: b, set: { target.revocation: crl-native } }`,
    });
    expect(await sentencesOf(text, { set: ['target.revocation=none'] })).toEqual([
      '--set target.revocation: every variant sets this field itself: expected --variant NAME to choose among them',
    ]);
  });

  it('replace the values of an axis of the matrix, by one or by a list', async () => {
    const text = scenario({
      head: 'matrix:\n  target.revocation: [none, crl-native]\n  corpus.crlEntries: [0, 1000]',
    });
    const names = async (set: string) => (await read(text, { set: [set] })).variants.map(({ name }) => name);
    expect(await names('corpus.crlEntries=7')).toEqual(['none+crlEntries=7', 'crl-native+crlEntries=7']);
    expect(await names('target.revocation=[none]')).toEqual(['none+crlEntries=0', 'none+crlEntries=1000']);
    expect(await sentencesOf(text, { set: ['corpus.crlEntries=x'] })).toEqual([
      "--set corpus.crlEntries: 'x' is text: expected a whole number from 0 to 10000000",
    ]);
  });

  it('tell their mistakes together with those of the file, their own first', async () => {
    const problems = await problemsOf(scenario({ head: 'rounds: 0' }), {
      set: ['load.rate=x'],
      variants: ['y'],
    });
    expect(problems.map(({ file, line }) => [file.replace(/.*\//, ''), line])).toEqual([
      ['--set load.rate', null],
      ['--variant', null],
      ['scenario.yaml', 2],
    ]);
  });
});
