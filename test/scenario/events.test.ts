import { describe, expect, it } from 'vitest';
import { readOne, scenario, sentencesOf } from './written.ts';

describe('events', () => {
  it('come in the order of their times', async () => {
    const { events } = await readOne(
      scenario({
        head: `events:
  - { at: 3s, revoke: { cohort: good, fraction: 10% } }
  - { at: 1s, faults: { service: ocsp, set: [hang] } }
  - { at: 2s, revoke: { cohort: good, fraction: 0.25 } }`,
      }),
    );
    expect(events).toEqual([
      { atMs: 1000, kind: 'faults', service: 'ocsp', faults: ['hang'] },
      { atMs: 2000, kind: 'revoke', cohort: 'good-revoked-2' },
      { atMs: 3000, kind: 'revoke', cohort: 'good-revoked' },
    ]);
  });

  it.each([
    [
      'events: [{ at: 1s }]',
      'scenario.yaml:2:10: events[0]: nothing happens here: expected one of revoke and faults',
    ],
    [
      'events: [{ at: 1s, revoke: { cohort: good }, faults: { service: crl, set: [] } }]',
      'scenario.yaml:2:10: events[0]: revoke and faults at once: expected one of revoke and faults',
    ],
    [
      'events: [{ at: 1s, revoke: { cohort: god } }]',
      "scenario.yaml:2:38: events[0].revoke.cohort: there is no cohort 'god': expected one of good",
    ],
    [
      'events: [{ at: 1h, revoke: { cohort: good } }]',
      "scenario.yaml:2:16: events[0].at: '1h' is not before the end of the round: expected less than load.duration, 5s",
    ],
  ])('%s', async (head, sentence) => {
    expect(await sentencesOf(scenario({ head }))).toEqual([sentence]);
  });
});
