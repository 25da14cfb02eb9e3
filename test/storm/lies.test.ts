import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { judgeCohort } from '../../src/run/judgement.ts';
import { drivers } from '../../src/storm/drivers/index.ts';
import type { StormCohort } from '../../src/storm/order.ts';
import { messageOrders } from '../../src/wire/index.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import {
  acceptAll,
  bundledBroker,
  mosquitto,
  mosquittoInstalled,
  type TestServer,
  tlsServer,
} from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none']);
const lying = (lie: string): StormCohort => ({ ...on.cohort('none'), driver: 'wire', lie });

async function attemptAt(server: TestServer, settings: AttemptSettings = {}): Promise<Told> {
  const [good] = on.corpus.identities('none');
  if (good === undefined) throw new Error('the corpus has no good identity');
  const all = { driver: 'wire', ...settings };
  return attempt(client(on.corpus, good, all), server.port, all);
}

/** What is presented, and the answer of OpenSSL 3, behind Node as behind Mosquitto. */
const answers: [lie: string, answer: string][] = [
  ['empty-certificate-list', 'tls-alert certificate_required (116)'],
  ['zero-length-certificate', 'tls-alert decode_error (50)'],
  ['cut-certificate', 'tls-alert decode_error (50)'],
  ['random-certificate', 'tls-alert decode_error (50)'],
  ['trailing-certificate-bytes', 'tls-alert decode_error (50)'],
  ['padded-certificate', 'tls-alert decode_error (50)'],
  ['repeated-certificate', 'accepted'],
  ['hundred-certificates', 'accepted'],
  ['foreign-key', 'tls-alert decrypt_error (51)'],
  ['corrupted-certificate-verify', 'tls-alert decrypt_error (51)'],
  ['empty-certificate-verify', 'tls-alert decrypt_error (51)'],
  ['disagreeing-signature-scheme', 'tls-alert illegal_parameter (47)'],
  ['legacy-signature-scheme', 'tls-alert illegal_parameter (47)'],
  ['no-certificate-verify', 'tls-alert unexpected_message (10)'],
  ['no-certificate-message', 'tls-alert unexpected_message (10)'],
  ['certificate-verify-first', 'tls-alert unexpected_message (10)'],
  ['finished-first', 'tls-alert unexpected_message (10)'],
  ['certificate-message-twice', 'tls-alert unexpected_message (10)'],
  ['client-hello-twice', 'tls-alert unexpected_message (10)'],
  ['client-hello-after-finished', 'tls-alert unexpected_message (10)'],
  ['end-of-early-data-unasked', 'tls-alert unexpected_message (10)'],
  ['key-update-before-finished', 'tls-alert unexpected_message (10)'],
  ['connect-before-finished', 'tls-alert unexpected_message (10)'],
  ['finished-before-certificate-verify', 'tls-alert unexpected_message (10)'],
  ['change-cipher-spec-after-finished', 'tls-alert unexpected_message (10)'],
  ['corrupted-finished', 'tls-alert decrypt_error (51)'],
  ['short-finished', 'tls-alert decode_error (50)'],
];
/**
 * Mosquitto's alert waits behind its session tickets (Nagle) while it closes with CONNECT unread: then the kernel throws the alert away and
 * resets. What a client sees depends on which comes first.
 */
const maybeReset = new Set([
  'client-hello-twice',
  'client-hello-after-finished',
  'change-cipher-spec-after-finished',
]);
/** They wait for the server to lose its patience, or say nothing that is wrong with a key that every server takes. */
const unanswered = [
  'stop-after-tcp',
  'stop-after-client-hello',
  'stop-after-certificate',
  'stop-before-finished',
  'stop-after-finished',
];
const harmlessHere = ['unoffered-signature-scheme'];

describe('a lie', () => {
  const brokers: [name: string, start: () => Promise<TestServer>, there: boolean][] = [
    ['Node’s tls.Server', () => tlsServer(on.corpus, acceptAll, { rejectUnauthorized: true }), true],
    ['the bundled broker', () => bundledBroker(on.corpus), true],
    ['Mosquitto', () => mosquitto(on.corpus), mosquittoInstalled],
  ];

  it('of each kind is accounted for here', () => {
    const kind = drivers.find(({ name }) => name === 'wire');
    expect(new Set(kind?.lies)).toEqual(
      new Set([...answers.map(([lie]) => lie), ...unanswered, ...harmlessHere]),
    );
  });

  describe.each(brokers)('at %s', (broker, start, there) => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      if (there) server = await start();
    });
    afterAll(async () => server?.close());

    it.skipIf(!there).each(answers)('%s: %s', async (lie, answer) => {
      if (server === undefined) throw new Error('the server does not run');
      const { outcome } = await attemptAt(server, { lie });
      const seen = `${outcome?.kind} ${outcome?.detail}`.trim();
      const also = broker === 'Mosquitto' && maybeReset.has(lie) ? 'reset ECONNRESET' : answer;
      expect([answer, also]).toContain(seen);
    });

    it.skipIf(!there)('the truth is accepted', async () => {
      if (server === undefined) throw new Error('the server does not run');
      expect((await attemptAt(server)).outcome?.kind).toBe('accepted');
    });
  });

  it('that a server believes is an accepted attempt, and so a false accept of a cohort that must be refused', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll, { rejectUnauthorized: true }));
    const cohorts = [lying('hundred-certificates'), lying('foreign-key')];
    const { recording } = await (await on.storm({ cohorts })).run(round(port, { weights: [1, 1] })).done;
    expectBooksToBalance(recording);
    const [believed, seenThrough] = recording.cohorts;
    if (believed === undefined || seenThrough === undefined) throw new Error('a cohort is missing');
    expect(believed.started).toBeGreaterThan(5);
    const expected = { outcome: 'reject' } as const;
    expect(judgeCohort(expected, believed, null)).toEqual({
      falseAccepts: believed.started,
      falseRejects: 0,
      errors: 0,
    });
    expect(judgeCohort(expected, seenThrough, null)).toEqual({
      falseAccepts: 0,
      falseRejects: 0,
      errors: 0,
    });
    expect(counts(recording, 1)).toEqual({ 'tls-alert decrypt_error (51)': seenThrough.started });
  });

  it('about the order of messages is answered each time, however many there are, and leaves no connection', async () => {
    const server = await tlsServer(on.corpus, acceptAll, { rejectUnauthorized: true });
    await on.server(Promise.resolve(server));
    const cohorts = messageOrders.map(({ name }) => lying(name));
    const weights = cohorts.map(() => 1);
    const schedule = { model: 'constant-arrival-rate', rate: 300 } as const;
    const { recording } = await (await on.storm({ cohorts })).run(round(server.port, { weights, schedule }))
      .done;
    expectBooksToBalance(recording);
    expect(recording.unfinished).toBe(0);
    for (const [cohort, { started }] of recording.cohorts.entries())
      expect(counts(recording, cohort)).toEqual({ 'tls-alert unexpected_message (10)': started });
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  it('of silence times out, in the phase where it fell silent', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const cohorts = unanswered.map(lying);
    const order = { weights: unanswered.map(() => 1), attemptTimeoutMs: 400, maxInFlight: 1_000 };
    const { recording } = await (await on.storm({ cohorts })).run(round(port, order)).done;
    expectBooksToBalance(recording);
    expect(recording.cohorts.map((_, cohort) => Object.keys(counts(recording, cohort)))).toEqual([
      ['timeout tls-handshake'],
      ['timeout tls-handshake'],
      ['timeout tls-handshake'],
      ['timeout tls-handshake'],
      ['timeout connack'],
    ]);
  });
});
