import { expect, it } from 'vitest';
import { words } from './words.ts';
import { read, scenario, sentencesOf } from './written.ts';

const withCohort = (cohort: string, head = '') =>
  scenario({ head, cohorts: `cohorts:\n  - { name: bad, ${cohort} }` });

it('a slow cohort has the driver that can be slow, and its pace in bytes a second', async () => {
  const text = scenario({
    cohorts: `cohorts:
  - { name: good, expect: accept }
  - { name: silent, stopAfter: client-hello, expect: reject }
  - { name: dripping, trickle: 1 byte/s, expect: reject }
  - { name: slower, trickle: 250 bytes/s, expect: accept }`,
  });
  const [variant] = (await read(text)).variants;
  expect(variant?.cohorts.map(({ driver, slow }) => [driver, slow])).toEqual([
    ['node', undefined],
    [words.slowDrivers?.[0], { stopAfter: 'client-hello' }],
    [words.slowDrivers?.[0], { bytesPerSecond: 1 }],
    [words.slowDrivers?.[0], { bytesPerSecond: 250 }],
  ]);
});

it.each([
  [
    'stopAfter: tcp-connect, expect: reject, driver: node',
    "driver 'node' cannot stop half-way or write by the byte: expected mqttjs, or no driver",
  ],
  [
    'stopAfter: tcp-connect, trickle: 1 byte/s, expect: reject',
    'a client that falls silent has no pace: expected stopAfter or trickle',
  ],
  [
    'stopAfter: handshake, expect: reject, session: {}',
    'clients that stop before their CONNECT never come so far',
  ],
  [
    'stopAfter: handshake, expect: accept',
    'who sends no CONNECT has no CONNACK to wait for: expected reject or reject-at-tls',
  ],
  ['trickle: 0 bytes/s, expect: reject', 'a pace such as 1 byte/s'],
  [
    'stopAfter: hello, expect: reject',
    "unknown place to stop 'hello': expected one of tcp-connect, client-hello, certificate, certificate-verify, handshake",
  ],
])('%s is a mistake', async (cohort, sentence) => {
  const sentences = await sentencesOf(withCohort(cohort));
  expect(sentences.join('\n')).toContain(sentence);
});
