import { describe, expect, it } from 'vitest';
import { readOne, scenario, sentencesOf } from './written.ts';

const cohort = (fields: string) =>
  scenario({ cohorts: `cohorts:\n  - { name: good, expect: accept, ${fields} }` });

describe('sessions and resumption of a cohort', () => {
  it('are left out of the plan where the scenario has none', async () => {
    const { cohorts } = await readOne(scenario({}));
    expect(cohorts[0]).not.toHaveProperty('session');
    expect(cohorts[0]).not.toHaveProperty('resumption');
  });

  it('have milliseconds, shares and all defaults in the plan', async () => {
    const written = 'session: { publish: { rate: 0.5, qos: 1 } }, resumption: 30%';
    expect((await readOne(cohort(written))).cohorts[0]).toMatchObject({
      session: {
        holdMs: null,
        keepAliveMs: 60_000,
        publish: { rate: 0.5, qos: 1, bytes: 100, topic: 'certstorm/{clientId}' },
        subscribe: [],
        ungraceful: 0,
      },
      resumption: 0.3,
    });
    const other = 'session: { hold: 2s, keepAlive: 500ms, ungraceful: 10% }, resumption: tickets';
    expect((await readOne(cohort(other))).cohorts[0]).toMatchObject({
      session: { holdMs: 2_000, keepAliveMs: 500, publish: null, ungraceful: 0.1 },
      resumption: 1,
    });
  });

  it.each([
    [
      'resumption: sometimes',
      /resumption: unknown resumption 'sometimes': expected none, tickets, or a share/,
    ],
    ['resumption: 130%', /resumption: .*'130%': expected none, tickets, or a share such as 30%/],
    [
      'session: { hold: forever }',
      /session\.hold: 'forever' .*: expected until-end, or a duration such as 30s/,
    ],
    ['session: { keepAlive: 0s }', /session\.keepAlive: '0s' is no time at all/],
    ['session: { publish: { rate: 0 } }', /publish\.rate: 0 is too small: expected a number from 0\.001/],
    ['session: { publish: { rate: 1, qos: 2 } }', /publish\.qos: .*: expected 0 or 1/],
    ['session: { publish: { rate: 1, topic: "a/#" } }', /publish\.topic: .* without \+ and #/],
    ['session: { ungraceful: 120% }', /ungraceful: .*: expected a share such as 10% or 0\.1/],
  ])('%s is told in a sentence', async (fields, sentence) => {
    const sentences = await sentencesOf(cohort(fields));
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(sentence);
  });
});
