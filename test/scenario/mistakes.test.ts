import { describe, expect, it } from 'vitest';
import { fieldsOf } from './words.ts';
import { problemsOf, scenario, sentencesOf } from './written.ts';

const cohort = (line: string) =>
  scenario({ cohorts: `cohorts:\n  - { name: good, expect: accept }\n  - ${line}` });

describe('a mistake in one field is told with its line, column, path, expectation and mend', () => {
  const cases: [title: string, text: string, sentence: string][] = [
    [
      'an unknown key',
      scenario({ head: 'seeds: 3' }),
      `scenario.yaml:2:1: seeds: unknown key 'seeds': expected one of ${fieldsOf()}; did you mean 'seed'?`,
    ],
    [
      'a key that belongs elsewhere',
      scenario({ head: 'revocation: none' }),
      `scenario.yaml:2:1: revocation: unknown key 'revocation': expected one of ${fieldsOf()}; did you mean 'target.revocation'?`,
    ],
    [
      'an unknown key inside a map on one line',
      scenario({ load: 'load: { model: constant-vus, vus: 3, duration: 5s, warm-up: 1s }' }),
      `scenario.yaml:2:52: load.warm-up: unknown key 'warm-up': expected one of ${fieldsOf('load')}; did you mean 'warmup'?`,
    ],
    [
      'an unknown word',
      cohort('name: old\n    expect: reject\n    defect: expird'),
      "scenario.yaml:7:13: cohorts[1].defect: unknown defect 'expird': expected one of none, expired, not-yet-valid, revoked, unknown-ca, self-signed, wrong-eku, no-certificate, bad-signature; did you mean 'expired'?",
    ],
    [
      'a word in another spelling',
      scenario({ head: 'target:\n  revocation: CRL_Native' }),
      "scenario.yaml:3:15: target.revocation: unknown revocation check 'CRL_Native': expected one of none, crl-native, ocsp; did you mean 'crl-native'?",
    ],
    [
      'a missing field, at its parent',
      cohort('name: old'),
      'scenario.yaml:5:5: cohorts[1].expect: missing: expected one of accept, reject, reject-at-tls, reject-at-connect, or a map of outcome, cause',
    ],
    [
      'an empty field, at its key',
      scenario({ head: 'corpus:\n  identities:' }),
      'scenario.yaml:3:3: corpus.identities: empty: expected a whole number from 1 to 1000000',
    ],
    [
      'a number in quotes',
      scenario({ head: 'rounds: "3"' }),
      "scenario.yaml:2:9: rounds: '3' is text, for it stands in quotes: expected a whole number from 1 to 1000; did you mean '3'?",
    ],
    [
      'a number that is not whole',
      scenario({ head: 'rounds: 2.5' }),
      'scenario.yaml:2:9: rounds: 2.5 is not a whole number: expected a whole number from 1 to 1000',
    ],
    [
      'a number out of range',
      scenario({ head: 'seed: 4294967296' }),
      'scenario.yaml:2:7: seed: 4294967296 is too large: expected a whole number from 0 to 4294967295',
    ],
    [
      'a number below range',
      cohort('{ name: b, expect: accept, weight: -1 }'),
      'scenario.yaml:5:40: cohorts[1].weight: -1 is too small: expected a number from 0 to 1000000',
    ],
    [
      'no number at all',
      cohort('{ name: b, expect: accept, weight: .nan }'),
      'scenario.yaml:5:40: cohorts[1].weight: NaN is no number: expected a number from 0 to 1000000',
    ],
    [
      'an infinite number',
      cohort('{ name: b, expect: accept, weight: .inf }'),
      'scenario.yaml:5:40: cohorts[1].weight: Infinity is too large: expected a number from 0 to 1000000',
    ],
    [
      'a yes for a true',
      scenario({ head: 'target: { sessionTickets: yes }' }),
      "scenario.yaml:2:27: target.sessionTickets: 'yes' is text: expected true or false; did you mean 'true'?",
    ],
    [
      'a list for a map',
      scenario({ head: 'target: [bundled]' }),
      `scenario.yaml:2:9: target: this is a list: expected a map of ${fieldsOf('target')}`,
    ],
    [
      'a map for a list',
      scenario({ cohorts: 'cohorts: { name: good }' }),
      'scenario.yaml:3:10: cohorts: this is a map: expected a list of 1 to 250 entries',
    ],
    [
      'a text for a list',
      scenario({ head: 'thresholds: good.errors == 0' }),
      "scenario.yaml:2:13: thresholds: 'good.errors == 0' is not a list: expected a list; did you mean '[good.errors == 0]'?",
    ],
    [
      'an empty list',
      scenario({ cohorts: 'cohorts: []' }),
      'scenario.yaml:3:10: cohorts: the list is empty: expected a list of 1 to 250 entries',
    ],
    [
      'a duration without unit',
      scenario({ load: 'load: { model: constant-vus, vus: 3, duration: 10 }' }),
      "scenario.yaml:2:48: load.duration: 10 has no unit: expected a duration such as 250ms, 10s, 5m or 1h; did you mean '10s'?",
    ],
    [
      'a duration of two parts',
      scenario({ load: 'load: { model: constant-vus, vus: 3, duration: 1m30s }' }),
      "scenario.yaml:2:48: load.duration: '1m30s' is no duration: expected a duration such as 250ms, 10s, 5m or 1h; did you mean '90s'?",
    ],
    [
      'a duration of zero',
      scenario({ load: 'load: { model: constant-vus, vus: 3, duration: 0s }' }),
      "scenario.yaml:2:48: load.duration: '0s' is no time at all: expected a duration above zero",
    ],
    [
      'a stage of zero',
      scenario({
        load: 'load:\n  model: ramping-vus\n  stages:\n    - { duration: 5s, target: 3 }\n    - { duration: 0ms, target: 3 }',
      }),
      "scenario.yaml:6:19: load.stages[1].duration: '0ms' is no time at all: expected a duration above zero",
    ],
    [
      'a name that is no file name',
      'name: a/b\nload: { model: constant-vus, vus: 3, duration: 5s }\ncohorts: [{ name: good, expect: accept }]\n',
      "scenario.yaml:1:7: name: 'a/b' does not fit: expected a name of up to 64 letters, digits, dots, dashes and underscores",
    ],
    [
      'an unknown outcome in the long form',
      cohort('name: b\n    expect:\n      outcome: rejct'),
      "scenario.yaml:7:16: cohorts[1].expect.outcome: unknown expectation 'rejct': expected one of accept, reject, reject-at-tls, reject-at-connect; did you mean 'reject'?",
    ],
    [
      'an unknown key in the long form',
      cohort('name: b\n    expect: { outcome: reject, why: x }'),
      "scenario.yaml:6:32: cohorts[1].expect.why: unknown key 'why': expected one of outcome, cause",
    ],
    [
      'an unknown metric in a threshold',
      scenario({ head: 'thresholds:\n  - goood.authenticated.p99 < 5ms' }),
      "scenario.yaml:3:5: thresholds[0]: 'goood.authenticated.p99 < 5ms' is no threshold of this run: expected a metric that begins with one of good, all, target, generator, accounting, limit, breakingPoint; did you mean 'good.authenticated.p99'?",
    ],
  ];
  it.each(cases)('%s', async (_, text, sentence) => {
    expect(await sentencesOf(text)).toEqual([sentence]);
  });
});

describe('a mistake between fields is told at the field to change', () => {
  const cases: [title: string, text: string, sentence: string][] = [
    [
      'a rate in a closed model',
      scenario({ load: 'load: { model: constant-vus, vus: 5, rate: 3, duration: 5s }' }),
      'scenario.yaml:2:38: load.rate: model constant-vus has no rate: expected vus, for virtual users wait for one another instead of keeping a rate',
    ],
    [
      'virtual users in an open model',
      scenario({ load: 'load: { model: constant-arrival-rate, vus: 5, rate: 3, duration: 5s }' }),
      'scenario.yaml:2:39: load.vus: model constant-arrival-rate has no vus: expected rate, for arrivals come on a schedule and not from virtual users',
    ],
    [
      'no rate in the open model',
      scenario({ load: 'load: { model: constant-arrival-rate, duration: 5s }' }),
      'scenario.yaml:2:7: load.rate: missing, and model constant-arrival-rate needs it: expected a number of attempts per second',
    ],
    [
      'no stages in a ramping model',
      scenario({ load: 'load:\n  model: ramping-arrival-rate' }),
      'scenario.yaml:3:3: load.stages: missing, and model ramping-arrival-rate needs it: expected a list of stages, such as [{duration: 10s, target: 100}]',
    ],
    [
      'stages in a constant model',
      scenario({
        load: 'load:\n  model: constant-vus\n  vus: 2\n  duration: 5s\n  stages: [{ duration: 5s, target: 3 }]',
      }),
      'scenario.yaml:6:3: load.stages: model constant-vus has no stages: expected rate or vus alone, or a ramping model',
    ],
    [
      'a duration beside stages',
      scenario({
        load: 'load:\n  model: ramping-vus\n  duration: 5s\n  stages: [{ duration: 5s, target: 3 }]',
      }),
      'scenario.yaml:4:3: load.duration: model ramping-vus has no duration: expected stages alone: their durations add up to it',
    ],
    [
      'a rate of zero',
      scenario({ load: 'load: { model: constant-arrival-rate, rate: 0, duration: 5s }' }),
      'scenario.yaml:2:45: load.rate: 0 makes no attempt: expected a number of attempts per second above 0',
    ],
    [
      'stages that never start anything',
      scenario({ load: 'load: { model: ramping-vus, stages: [{ duration: 5s, target: 0 }] }' }),
      'scenario.yaml:2:37: load.stages: these stages make no attempt: expected a stage with a target above 0',
    ],
    [
      'a part of a virtual user',
      scenario({ load: 'load: { model: ramping-vus, stages: [{ duration: 5s, target: 1.5 }] }' }),
      'scenario.yaml:2:62: load.stages[0].target: 1.5 virtual users: expected a whole number in the closed models',
    ],
    [
      'more attempts than counters hold',
      scenario({
        head: 'rounds: 1000',
        load: 'load: { model: constant-arrival-rate, rate: 1000000, duration: 10s }',
      }),
      'scenario.yaml:3:45: load.rate: 10000000000 attempts over all rounds are too many: expected at most 2147483647: a lower rate, a shorter round, or fewer rounds',
    ],
    [
      'a round of more than a week',
      scenario({ load: 'load: { model: constant-arrival-rate, rate: 1, duration: 169h }' }),
      'scenario.yaml:2:58: load.duration: a round of 169h is too long: expected at most 168h in all',
    ],
    [
      'less than one attempt',
      scenario({ load: 'load: { model: constant-arrival-rate, rate: 0.1, duration: 5s }' }),
      'scenario.yaml:2:45: load.rate: less than one attempt in a round: expected a higher rate or a longer round',
    ],
    [
      'weights that are all zero',
      scenario({ cohorts: 'cohorts:\n  - { name: good, expect: accept, weight: 0 }' }),
      'scenario.yaml:3:1: cohorts: all weights are 0: expected a weight above 0 for some cohort',
    ],
    [
      'two cohorts of one name',
      cohort('{ name: good, expect: accept }'),
      "scenario.yaml:5:13: cohorts[1].name: two cohorts are called 'good': expected a name of its own",
    ],
    [
      "a cohort with a metric's name",
      cohort('{ name: target, expect: accept }'),
      "scenario.yaml:5:13: cohorts[1].name: a cohort cannot be called 'target', for metrics are: expected a name other than all, target, generator, accounting, limit, breakingPoint",
    ],
    [
      'a revocation check that the target cannot do',
      scenario({ head: 'target:\n  kind: relaying\n  revocation: crl-native' }),
      "scenario.yaml:4:15: target.revocation: target 'relaying' cannot do 'crl-native': expected one of none, ocsp",
    ],
    [
      'a CONNECT auth that the target cannot do',
      scenario({ head: 'target: { kind: relaying, connectAuth: password-hash }' }),
      "scenario.yaml:2:40: target.connectAuth: target 'relaying' cannot do 'password-hash': expected one of none",
    ],
    [
      'a refusal at CONNECT where nothing is checked there',
      cohort('{ name: b, expect: reject-at-connect }'),
      'scenario.yaml:5:24: cohorts[1].expect: nothing is refused at CONNECT where target.connectAuth is none: expected reject or reject-at-tls, or a target.connectAuth',
    ],
    [
      'a cause for letting in',
      cohort('{ name: b, expect: { outcome: accept, cause: x } }'),
      'scenario.yaml:5:43: cohorts[1].expect.cause: a client that is let in has no cause: expected cause only with reject',
    ],
    [
      'an address that is not this machine',
      scenario({ head: 'target: { host: 192.0.2.1 }' }),
      "scenario.yaml:2:17: target.host: '192.0.2.1' is not on this machine: expected an address in 127.0.0.0/8, or target.allowRemote: true for a broker that is yours",
    ],
    [
      'a name that may be anywhere',
      scenario({ head: 'target: { host: 127.example.org }' }),
      "scenario.yaml:2:17: target.host: '127.example.org' is not on this machine: expected an address in 127.0.0.0/8, or target.allowRemote: true for a broker that is yours",
    ],
    [
      'identities for clients without certificate',
      cohort('{ name: b, expect: reject, defect: no-certificate, identities: 5 }'),
      "scenario.yaml:5:68: cohorts[1].identities: clients with defect 'no-certificate' carry no certificate: expected no number of identities",
    ],
    [
      'no identities for clients with one',
      cohort('{ name: b, expect: reject, identities: 0 }'),
      'scenario.yaml:5:44: cohorts[1].identities: 0 identities cannot connect: expected at least 1',
    ],
    [
      'fewer identities than cohorts',
      scenario({
        head: 'corpus: { identities: 1 }',
        cohorts: 'cohorts: [{ name: a, expect: accept }, { name: b, expect: accept }]',
      }),
      'scenario.yaml:2:23: corpus.identities: 1 does not fit the cohorts: expected at least 2: what cohorts name themselves, and one for each of the others',
    ],
    [
      'cohorts that name more identities than there are by default, at the parent',
      cohort('{ name: b, expect: accept, identities: 2000 }'),
      'scenario.yaml:1:1: corpus.identities: the default of 1000 is too small: expected at least 2001: what cohorts name themselves, and one for each of the others',
    ],
    [
      'a sum that cohorts do not make',
      scenario({
        head: 'corpus: { identities: 7 }',
        cohorts: 'cohorts: [{ name: a, expect: accept, identities: 5 }]',
      }),
      'scenario.yaml:2:23: corpus.identities: 7 does not fit the cohorts: expected 5, the sum of what the cohorts name',
    ],
    [
      'more identities than a machine holds',
      scenario({
        cohorts:
          'cohorts: [{ name: a, expect: accept, identities: 600000 }, { name: b, expect: accept, identities: 600000 }]',
      }),
      'scenario.yaml:1:1: corpus.identities: 1200000 identities are too many: expected at most 1000000 in all',
    ],
    [
      'a CRL that is too short for the revoked',
      cohort('{ name: b, expect: reject, defect: revoked, identities: 50 }').replace(
        'load:',
        'corpus: { crlEntries: 10 }\nload:',
      ),
      'scenario.yaml:2:23: corpus.crlEntries: 10 entries do not hold the 50 revoked identities: expected at least 50, or no number',
    ],
  ];
  it.each(cases)('%s', async (_, text, sentence) => {
    expect(await sentencesOf(text)).toEqual([sentence]);
  });
});

describe('mistakes do not hide one another', () => {
  const text = `# a comment
name: bad one
seeds: 3
rounds: 0
load:
  model: constant-arrival-rate
  vus: 3
  duration: 10
cohorts:
  - name: good
    expect: accept
  - name: good
    defect: expird
    expect:
      cuase: x
target:
  revocation: ocsp
thresholds:
  - nonsense
  - good.errors == 0
matrix:
  target.revokation: [none]
  cohorts.bad.weight: [1, 2]
  corpus.crlEntries: []
`;

  it('all are told at once, in the order of the file, each at its place', async () => {
    const problems = await problemsOf(text);
    expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual([
      '2:7 name',
      '3:1 seeds',
      '4:9 rounds',
      '6:3 load.rate',
      '7:3 load.vus',
      '8:13 load.duration',
      '12:11 cohorts[1].name',
      '13:13 cohorts[1].defect',
      '15:7 cohorts[1].expect.outcome',
      '15:7 cohorts[1].expect.cuase',
      '17:15 target.revocation',
      '19:5 thresholds[0]',
      "22:3 matrix['target.revokation']",
      "23:3 matrix['cohorts.bad.weight']",
      "24:22 matrix['corpus.crlEntries']",
    ]);
  });

  it('every sentence is one line and holds nothing that a terminal would obey', async () => {
    const [sentence = '', ...others] = await sentencesOf(
      'name: "\\e[31mred\\n\\u202E"\nload: { model: constant-vus, vus: 3, duration: 5s }\ncohorts: [{ name: good, expect: accept }]\n',
    );
    expect(others).toEqual([]);
    expect(sentence).toContain("'\\u{1b}[31mred\\u{a}\\u{202e}'");
  });

  it('a long value is cut', async () => {
    const [sentence = ''] = await sentencesOf(scenario({ head: `target: { kind: ${'x'.repeat(5000)} }` }));
    expect(sentence.length).toBeLessThan(250);
  });
});
