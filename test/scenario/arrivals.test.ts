import { expect, it } from 'vitest';
import { readOne, scenario, sentencesOf } from './written.ts';

const cohorts = (arrivals: string, more = '') =>
  `cohorts:\n  - { name: fleet, expect: accept, arrivals: ${arrivals}${more} }\n  - { name: good, expect: accept }`;

it('a cohort may come by itself: at a rate, or all of it before the load begins', async () => {
  const { cohorts: planned } = await readOne(scenario({ cohorts: cohorts('{ within: 1.5s }') }));
  expect(planned.map(({ arrivals }) => arrivals)).toEqual([{ withinMs: 1500 }, undefined]);
  const other = await readOne(scenario({ cohorts: cohorts('{ rate: 20 }') }));
  expect(other.cohorts[0]?.arrivals).toEqual({ perSecond: 20 });
});

it('a ramp is held against an objective that is known step by step', async () => {
  const load = (objective: string) =>
    `load: { model: ramping-arrival-rate, stages: [{ duration: 5s, target: 9 }], objective: ${objective} }`;
  const { load: plan } = await readOne(scenario({ load: load('good.authenticated.p99 < 250ms') }));
  expect(plan.objective).toBe('good.authenticated.p99 < 250ms');
  const sentences = await sentencesOf(scenario({ load: load('good.falseRejects == 0') }));
  expect(sentences.join('\n')).toContain(
    "load.objective: 'good.falseRejects == 0' is not known step by step",
  );
});

it.each([
  ['{}', 'no arrivals are told here: expected one of rate and within'],
  ['{ rate: 5, within: 1s }', 'rate and within are both there'],
  ['{ within: 1s }, defect: no-certificate', 'clients without certificates are no number'],
])('%s is a mistake', async (arrivals, sentence) => {
  expect((await sentencesOf(scenario({ cohorts: cohorts(arrivals) }))).join('\n')).toContain(sentence);
});

it('beside virtual users nobody comes by a schedule, and somebody must come by the load', async () => {
  const users = scenario({
    load: 'load: { model: constant-vus, vus: 2, duration: 1s }',
    cohorts: cohorts('{ rate: 5 }'),
  });
  expect((await sentencesOf(users)).join('\n')).toContain(
    "beside model 'constant-vus' no cohort has arrivals of its own",
  );
  const alone = scenario({ cohorts: 'cohorts:\n  - { name: fleet, expect: accept, arrivals: { rate: 5 } }' });
  expect((await sentencesOf(alone)).join('\n')).toContain('all weights are 0');
});
