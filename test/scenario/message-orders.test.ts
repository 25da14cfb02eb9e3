import { expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/read.ts';
import { words } from './words.ts';
import { readOne, scenario, sentencesOf } from './written.ts';

const withCohort = (cohort: string, head = '') =>
  scenario({ head, cohorts: `cohorts:\n  - { name: rude, expect: reject, ${cohort} }` });

it('a cohort with a wrong order of messages has the driver that can keep to it', async () => {
  const { cohorts } = await readOne(withCohort('messageOrder: finished-first, defect: expired'));
  expect(cohorts).toMatchObject([{ messageOrder: 'finished-first', driver: 'mqttjs', defect: 'expired' }]);
});

it.each([
  [
    'messageOrder: finished-first, driver: node',
    "cohorts[0].driver: driver 'node' sends its messages in the right order only: expected mqttjs, or no driver",
  ],
  [
    'messageOrder: finished-frist',
    "cohorts[0].messageOrder: unknown order of messages 'finished-frist': expected one of finished-first; did you mean 'finished-first'?",
  ],
  [
    'messageOrder: finished-first, defect: no-certificate',
    "cohorts[0].defect: the handshake of 'no-certificate' lacks or spoils a message already: expected no messageOrder, or no such field",
  ],
  [
    'messageOrder: finished-first, stopAfter: handshake',
    'cohorts[0].stopAfter: clients that fall silent do not come to a wrong message',
  ],
  [
    'messageOrder: finished-first, resumption: tickets',
    'cohorts[0].resumption: clients whose handshake is refused are given no ticket',
  ],
])('%s is a mistake', async (cohort, sentence) => {
  const sentences = await sentencesOf(withCohort(cohort));
  expect(sentences.join('\n')).toContain(sentence);
});

it('where the broker asks for no certificate, too few messages are left to be out of order', async () => {
  const sentences = await sentencesOf(
    withCohort('messageOrder: finished-first', 'target: { clientCertificates: none }'),
  );
  expect(sentences.join('\n')).toContain('cohorts[0].messageOrder: where target.clientCertificates is none');
});

it('a defect of the handshake itself leaves the broker no order to object to', () => {
  const spoiled = { name: 'spoiled', describe: '', certificate: true, revoked: false, driver: 'mqttjs' };
  const vocabulary = { ...words, defects: [...words.defects, spoiled] };
  expect(() =>
    parseScenario(withCohort('messageOrder: finished-first, defect: spoiled'), 'x.yaml', vocabulary),
  ).toThrow("cohorts[0].defect: the handshake of 'spoiled' lacks or spoils a message already");
});
