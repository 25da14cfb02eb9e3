import { describe, expect, it } from 'vitest';
import { problemsOf, read, scenario, sentencesOf } from './written.ts';

describe('YAML that cannot be read', () => {
  const cases: [title: string, text: string, sentence: RegExp][] = [
    [
      'an open bracket',
      'name: x\ncohorts: [1, 2\n',
      /^scenario\.yaml:3:1: not YAML: flow sequence .*: expected YAML or JSON$/,
    ],
    [
      'a tab that indents',
      'name: x\nload:\n\tmodel: x\n',
      /^scenario\.yaml:3:1: a tab indents this line: expected spaces$/,
    ],
    [
      'a second document',
      'name: x\n---\nname: y\n',
      /^scenario\.yaml:2:1: a second document begins here: expected one scenario in a file$/,
    ],
    [
      'an alias to nothing',
      'name: *base\n',
      /^scenario\.yaml:1:7: no anchor 'base' stands before this alias: expected an anchor/,
    ],
    [
      'an alias that holds itself',
      'name: x\nload: &a [*a]\n',
      /^scenario\.yaml:2:11: the alias 'a' holds itself/,
    ],
    [
      'a list at the top',
      '- name: x\n',
      /^scenario\.yaml:1:1: the file holds a list, not a map: expected keys such as name, load and cohorts$/,
    ],
    ['a text at the top', 'hello\n', /^scenario\.yaml:1:1: the file holds 'hello', not a map/],
    ['only a comment', '# nothing here\n', /^scenario\.yaml:1:1: the file holds nothing, not a map/],
    ['a key that is a list', '? [a, b]\n: 2\n', /^scenario\.yaml:1:3: not YAML: with stringKeys/],
  ];
  it.each(cases)('%s', async (_, text, sentence) => {
    const [first = ''] = await sentencesOf(text);
    expect(first).toMatch(sentence);
  });

  it('a file that multiplies itself through aliases is refused', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 10; level++)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    expect(await sentencesOf(`${lines.join('\n')}\n`)).toEqual([
      'scenario.yaml:1:1: the aliases multiply beyond measure: expected aliases that are followed 100 times at most',
    ]);
  });

  it('brackets nested by the ten thousand are refused in one breath', async () => {
    const [first = '', ...others] = await sentencesOf(`name: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`);
    expect(first).toMatch(/the file is nested too deeply/);
    expect(others.length).toBeLessThan(5);
  });
});

describe('YAML whose values can be read all the same', () => {
  it('a key given twice is told beside the other mistakes', async () => {
    const problems = await problemsOf(scenario({ head: 'rounds: 2\nseed: -1\nrounds: 3' }));
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [3, 7, '-1 is too small'],
      [4, 1, 'this key is there twice'],
    ]);
  });

  it('a tag is refused where it stands', async () => {
    expect(await sentencesOf(scenario({ head: 'description: !!js/function x\nrounds: 0' }))).toEqual([
      'scenario.yaml:2:14: tags are not read: expected plain YAML 1.2 without !tags',
      'scenario.yaml:3:9: rounds: 0 is too small: expected a whole number from 1 to 1000',
    ]);
  });

  it('anchors and aliases work, and a mistake in an aliased map is told where the map stands', async () => {
    const text = `name: x
load: { model: constant-vus, vus: 1, duration: 1s }
cohorts:
  - { name: a, expect: &why { outcome: reject, cause: expired } }
  - { name: b, expect: *why }
`;
    const plan = await read(text);
    expect(plan.variants[0]?.cohorts[1]?.expect).toEqual({ outcome: 'reject', cause: 'expired' });
    const problems = await problemsOf(text.replace('outcome: reject', 'outcome: rejekt'));
    expect(problems.map(({ line, column, path }) => [line, column, path])).toEqual([
      [4, 40, 'cohorts[0].expect.outcome'],
      [4, 40, 'cohorts[1].expect.outcome'],
    ]);
  });

  it('a value changed through one alias leaves the other alone', async () => {
    const text = `name: x
load: { model: constant-vus, vus: 1, duration: 1s }
cohorts:
  - { name: a, expect: &why { outcome: reject } }
  - { name: b, expect: *why }
`;
    const plan = await read(text, { set: ['cohorts.b.expect.outcome=accept'] });
    expect(plan.variants[0]?.cohorts.map(({ expect: { outcome } }) => outcome)).toEqual(['reject', 'accept']);
  });

  it('words of YAML 1.1 are plain text', async () => {
    expect((await read(scenario({ head: 'description: no' }))).description).toBe('no');
  });

  it('__proto__ is a key like any other that is not known', async () => {
    const problems = await problemsOf(scenario({ head: '__proto__: { rounds: 3 }' }));
    expect(problems.map(({ line, column, message }) => [line, column, message])).toEqual([
      [2, 1, "unknown key '__proto__'"],
    ]);
  });
});

describe('JSON', () => {
  const json = JSON.stringify(
    {
      $schema: './schema.json',
      name: 'json',
      load: { model: 'constant-vus', vus: 3, duration: '5s' },
      cohorts: [{ name: 'good', expect: 'accept' }],
    },
    null,
    2,
  );

  it('is read as well', async () => {
    expect((await read(json, {}, 'scenario.json')).name).toBe('json');
  });

  it('has the same places', async () => {
    expect(await sentencesOf(json.replace('"accept"', '"acept"'), {}, 'scenario.json')).toEqual([
      "scenario.json:12:17: cohorts[0].expect: unknown expectation 'acept': expected one of accept, reject, reject-at-tls, reject-at-connect, or a map of outcome, cause; did you mean 'accept'?",
    ]);
  });

  it('with carriage returns, tabs and a byte order mark has them too', async () => {
    const text = `\uFEFF${json.replace('"vus": 3', '"vus": 0.5').replaceAll('  ', '\t').replaceAll('\n', '\r\n')}`;
    const problems = await problemsOf(text, {}, 'scenario.json');
    expect(problems.map(({ line, column, path }) => [line, column, path])).toEqual([[6, 10, 'load.vus']]);
  });
});
