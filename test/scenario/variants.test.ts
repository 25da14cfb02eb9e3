import { describe, expect, it } from 'vitest';
import { fieldsOf } from './words.ts';
import { read, scenario, sentencesOf } from './written.ts';

const cohorts =
  'cohorts:\n  - { name: good, expect: accept, weight: 9 }\n  - { name: revoked, expect: reject-at-tls, defect: revoked, identities: 10 }';

function withVariants(head: string) {
  return scenario({ head, cohorts });
}

describe('a matrix', () => {
  it('makes a variant of every combination, the last field changing fastest', async () => {
    const { variants } = await read(
      withVariants('matrix:\n  target.revocation: [none, crl-native]\n  corpus.crlEntries: [1000, 20000]'),
    );
    expect(variants.map(({ name, labels }) => [name, labels.revocation, labels.crlEntries])).toEqual([
      ['none+crlEntries=1000', 'none', 1000],
      ['none+crlEntries=20000', 'none', 20_000],
      ['crl-native+crlEntries=1000', 'crl-native', 1000],
      ['crl-native+crlEntries=20000', 'crl-native', 20_000],
    ]);
    expect(variants[3]?.target.revocation).toBe('crl-native');
    expect(variants[3]?.corpus.crlEntries).toBe(20_000);
  });

  it('labels each variant by the last word of its fields, beside the labels that are always there', async () => {
    const { variants } = await read(
      withVariants('matrix:\n  load.rate: [50, 100]\n  cohorts.good.weight: [1]\n  cohorts[1].weight: [2]'),
    );
    expect(variants[0]?.labels).toEqual({
      rate: 50,
      weight: 1,
      'cohorts[1].weight': 2,
      target: 'bundled',
      revocation: 'none',
      crlEntries: 10,
      connectAuth: 'none',
      refusedAt: 'tls',
    });
  });

  it.each([
    ['target.revocation: [none, crl-native]', ['none', 'crl-native']],
    ['target.sessionTickets: [true, false]', ['sessionTickets=true', 'sessionTickets=false']],
    ['load.rate: [0.5, 1e3]', ['rate=0.5', 'rate=1000']],
    [
      'target.revocation: [none]\n  target.connectAuth: [none, password-hash]',
      ['revocation=none+connectAuth=none', 'revocation=none+password-hash'],
    ],
    ['cohorts.revoked.expect: [reject, { outcome: reject, cause: "a/b c" }]', ['reject', 'reject-a-b-c']],
  ])('%s: names say what a variant is and are safe in file names', async (matrix, names) => {
    const { variants } = await read(withVariants(`matrix:\n  ${matrix}`));
    expect(variants.map(({ name }) => name)).toEqual(names);
  });

  it('may bring along what the scenario leaves out', async () => {
    const { variants } = await read(
      scenario({
        head: 'matrix:\n  load.rate: [10, 20]',
        load: 'load: { model: constant-arrival-rate, duration: 5s }',
      }),
    );
    expect(variants.map(({ load }) => load.rate)).toEqual([10, 20]);
  });

  it('that its target cannot play is named, and the others are played', async () => {
    const { variants } = await read(
      withVariants('matrix:\n  target.kind: [bundled, relaying]\n  target.revocation: [none, crl-native]'),
    );
    expect(variants.map(({ name, impossible }) => [name, impossible])).toEqual([
      ['bundled+none', undefined],
      ['bundled+crl-native', undefined],
      ['relaying+none', undefined],
      ['relaying+crl-native', "target 'relaying' cannot do 'crl-native'"],
    ]);
  });

  const mistakes: [title: string, text: string, sentences: string[]][] = [
    [
      'a value that is wrong, at that value',
      withVariants('matrix:\n  target.revocation: [none, crl-nativ]'),
      [
        "scenario.yaml:3:29: target.revocation: unknown revocation check 'crl-nativ': expected one of none, crl-native, ocsp; did you mean 'crl-native'?",
      ],
    ],
    [
      'combinations that do not work where there is no other',
      withVariants('target: { kind: relaying }\nmatrix:\n  target.revocation: [crl-native]'),
      [
        "scenario.yaml:4:23: target.revocation: target 'relaying' cannot do 'crl-native': expected one of none, ocsp",
      ],
    ],
    [
      'an unknown field',
      withVariants('matrix:\n  target.revokation: [none]'),
      [
        `scenario.yaml:3:3: matrix['target.revokation']: unknown field 'target.revokation': expected one of ${fieldsOf('target', 'target.')}; did you mean 'target.revocation'?`,
      ],
    ],
    [
      'a field of the run as a whole',
      withVariants('matrix:\n  rounds: [1, 2]'),
      [
        "scenario.yaml:3:3: matrix.rounds: unknown field 'rounds': expected one of corpus, target, broker, services, events, load, cohorts",
      ],
    ],
    [
      'a field without its group',
      withVariants('matrix:\n  revocation: [none]'),
      [
        "scenario.yaml:3:3: matrix.revocation: unknown field 'revocation': expected one of corpus, target, broker, services, events, load, cohorts; did you mean 'target.revocation'?",
      ],
    ],
    [
      'a path that goes too deep',
      withVariants('matrix:\n  load.rate.max: [1]'),
      [
        "scenario.yaml:3:3: matrix['load.rate.max']: unknown field 'load.rate.max': expected the path to end at load.rate",
      ],
    ],
    [
      'an unknown cohort',
      withVariants('matrix:\n  cohorts.revokd.weight: [1]'),
      [
        "scenario.yaml:3:3: matrix['cohorts.revokd.weight']: there is no cohort 'revokd' in cohorts: expected one of good, revoked, or an index from 0 to 1; did you mean 'cohorts.revoked.weight'?",
      ],
    ],
    [
      'an index beyond the last cohort',
      withVariants('matrix:\n  cohorts.2.weight: [1]'),
      [
        "scenario.yaml:3:3: matrix['cohorts.2.weight']: there is no cohort '2' in cohorts: expected one of good, revoked, or an index from 0 to 1",
      ],
    ],
    [
      'a cohort as a whole',
      withVariants('matrix:\n  cohorts.good: [{}]'),
      [
        "scenario.yaml:3:3: matrix['cohorts.good']: 'cohorts.good' is not one field: expected one field of a cohort, such as cohorts.good.weight",
      ],
    ],
    [
      "a cohort's name",
      withVariants('matrix:\n  cohorts.good.name: [a]'),
      [
        "scenario.yaml:3:3: matrix['cohorts.good.name']: the name of a cohort is the same in all variants: expected another field of the cohort",
      ],
    ],
    [
      'a list without values',
      withVariants('matrix:\n  load.rate: []\n  load.warmup: 1s'),
      [
        "scenario.yaml:3:14: matrix['load.rate']: the list is empty: expected at least one entry",
        "scenario.yaml:4:16: matrix['load.warmup']: '1s' is not a list: expected a list; did you mean '[1s]'?",
      ],
    ],
    [
      'the same value twice',
      withVariants('matrix:\n  load.rate: [5, 6, 5]'),
      ["scenario.yaml:3:21: matrix['load.rate'][2]: 5 is in the list twice: expected each value once"],
    ],
    [
      'the same field twice',
      withVariants('matrix:\n  cohorts.good.weight: [1]\n  cohorts[0].weight: [2]'),
      [
        "scenario.yaml:4:3: matrix['cohorts[0].weight']: 'cohorts[0].weight' and 'cohorts.good.weight' set the same field: expected each field once",
      ],
    ],
    [
      'more variants than anybody can wait for',
      withVariants(
        `matrix:\n  load.rate: [${Array.from({ length: 100 }, (_, index) => index + 1).join(', ')}]\n  cohorts.good.weight: [1, 2, 3, 4, 5, 6]`,
      ),
      ['scenario.yaml:2:1: matrix: the matrix makes 600 variants: expected at most 500'],
    ],
    [
      'a matrix beside a list',
      withVariants('matrix:\n  load.rate: [5]\nvariants: [{ name: x }]'),
      ['scenario.yaml:4:1: variants: matrix and variants are both there: expected one of the two'],
    ],
    [
      'a matrix that is a list',
      withVariants('matrix: [1]'),
      [
        'scenario.yaml:2:9: matrix: this is a list: expected a map from dotted paths to lists, such as target.revocation: [none, crl-native]',
      ],
    ],
  ];
  it.each(mistakes)('is refused for %s', async (_, text, sentences) => {
    expect(await sentencesOf(text)).toEqual(sentences);
  });
});

describe('a list of variants', () => {
  it('sets in each what it names, and leaves the others alone', async () => {
    const { variants } = await read(
      withVariants(`variants:
  - name: plain
  - name: checked
    set: { target.revocation: crl-native, cohorts.revoked.expect.cause: CERT_REVOKED }
  - name: closed
    set: { load: { model: constant-vus, vus: 3, duration: 2s } }`),
    );
    expect(variants.map(({ name }) => name)).toEqual(['plain', 'checked', 'closed']);
    expect(variants.map(({ target }) => target.revocation)).toEqual(['none', 'crl-native', 'none']);
    expect(variants.map(({ cohorts: [, revoked] }) => revoked?.expect)).toEqual([
      { outcome: 'reject-at-tls' },
      { outcome: 'reject-at-tls', cause: 'CERT_REVOKED' },
      { outcome: 'reject-at-tls' },
    ]);
    expect(variants.map(({ load }) => [load.model, load.rate, load.vus])).toEqual([
      ['constant-arrival-rate', 100, 0],
      ['constant-arrival-rate', 100, 0],
      ['constant-vus', 0, 3],
    ]);
  });

  it('takes a field out with an empty value', async () => {
    const { variants } = await read(
      withVariants(
        'variants:\n  - name: closed\n    set: { load.model: constant-vus, load.rate: , load.vus: 3 }\n  - name: open',
      ),
    );
    expect(variants.map(({ load }) => [load.rate, load.vus])).toEqual([
      [0, 3],
      [100, 0],
    ]);
  });

  const mistakes: [title: string, text: string, sentences: string[]][] = [
    [
      'two of one name',
      withVariants('variants:\n  - name: a\n  - name: a'),
      ["scenario.yaml:4:11: variants[1].name: two variants are called 'a': expected a name of its own"],
    ],
    [
      'a name that is no file name',
      withVariants('variants:\n  - name: a/b'),
      [
        "scenario.yaml:3:11: variants[0].name: 'a/b' does not fit: expected a name of up to 100 letters, digits and the signs . _ + = -",
      ],
    ],
    [
      'none at all',
      withVariants('variants: []'),
      ['scenario.yaml:2:11: variants: the list is empty: expected at least one entry'],
    ],
    [
      'a wrong value, at that value, also deep inside',
      withVariants(
        'variants:\n  - name: a\n    set:\n      load:\n        model: ramping-vus\n        stages:\n          - { duration: 5, target: 3 }',
      ),
      [
        "scenario.yaml:8:25: load.stages[0].duration: 5 has no unit: expected a duration such as 250ms, 10s, 5m or 1h; did you mean '5s'?",
      ],
    ],
    [
      'an unknown key of the value',
      withVariants('variants:\n  - name: a\n    set:\n      corpus: { algoritm: x }'),
      [
        `scenario.yaml:5:17: corpus.algoritm: unknown key 'algoritm': expected one of ${fieldsOf('corpus')}; did you mean 'algorithm'?`,
      ],
    ],
    [
      'a mistake that every variant shares, once',
      withVariants('rounds: 0\nvariants: [{ name: a }, { name: b }, { name: c }]'),
      ['scenario.yaml:2:9: rounds: 0 is too small: expected a whole number from 1 to 1000'],
    ],
    [
      'a mistake that some variants share, with the first of them',
      withVariants(
        'variants: [{ name: a, set: { target.connectAuth: password-hash } }, { name: b }, { name: c }]',
      ).replace('reject-at-tls', 'reject-at-connect'),
      [
        "scenario.yaml:6:30: cohorts[1].expect: nothing is refused at CONNECT where target.connectAuth is none (in variant 'b' and 1 more): expected reject or reject-at-tls, or a target.connectAuth",
      ],
    ],
  ];
  it.each(mistakes)('is refused for %s', async (_, text, sentences) => {
    expect(await sentencesOf(text)).toEqual(sentences);
  });
});
