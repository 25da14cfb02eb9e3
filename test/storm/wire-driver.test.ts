import { connect as tcpConnect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { generate, parser } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../src/pki/identity.ts';
import { judgeCohort } from '../../src/run/judgement.ts';
import type { Connection } from '../../src/storm/drivers/driver.ts';
import { drivers } from '../../src/storm/drivers/index.ts';
import type { StormCohort, StormOrder } from '../../src/storm/order.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import {
  acceptAll,
  answering,
  bundledBroker,
  mosquitto,
  mosquittoInstalled,
  opensslServer,
  spoilingRelay,
  type TestServer,
  tcpServer,
  tlsServer,
} from './servers.ts';
import { counts, expectBooksToBalance, round, stage } from './stage.ts';

const on = stage(['none', 'expired', 'no-certificate']);
const wire = (cohort: string, changes: Partial<StormCohort> = {}): StormCohort => ({
  ...on.cohort(cohort),
  driver: 'wire',
  ...changes,
});

const good = (): Identity => {
  const [first] = on.corpus.identities('none');
  if (first === undefined) throw new Error('the corpus has no good identity');
  return first;
};

async function attemptAt(server: TestServer, settings: AttemptSettings = {}, who = good()): Promise<Told> {
  const all = { driver: 'wire', ...settings };
  return attempt(client(on.corpus, who, all), server.port, all);
}

describe('an attempt of the wire driver', () => {
  it('tells each flight at its time, in the order of the handshake', async () => {
    const server = await on.server(tlsServer(on.corpus, acceptAll));
    const told = await attemptAt(server);
    const times = [told.connectedMs, told.serverHelloMs, told.serverFinishedMs, told.securedMs, told.endMs];
    expect(times.every((time) => time !== undefined)).toBe(true);
    expect(times).toEqual(times.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(told.outcomes).toBe(1);
  });

  it('has the server’s part timed also where the client is refused', async () => {
    const server = await on.server(opensslServer(on.corpus));
    const [expired] = on.corpus.identities('expired');
    const told = await attemptAt(server, {}, expired);
    expect(told.outcome).toEqual({ kind: 'tls-alert', detail: 'certificate_expired (45)' });
    expect(told.serverFinishedMs).toBeLessThanOrEqual(told.endMs ?? 0);
    expect(told.serverHelloMs).toBeLessThanOrEqual(told.serverFinishedMs ?? 0);
  });

  it('is told CONNECT, and says DISCONNECT and close_notify before its end', async () => {
    const heard: string[] = [];
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const server = await on.server(
      tlsServer(on.corpus, (socket) => {
        const packets = parser({ protocolVersion: 4 });
        packets.on('packet', (packet) => {
          heard.push(
            packet.cmd === 'connect'
              ? `connect ${packet.clientId} ${packet.username} ${packet.password}`
              : packet.cmd,
          );
          if (packet.cmd === 'connect')
            socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
        });
        socket.on('data', (bytes) => packets.parse(bytes));
        // An end without close_notify is an error, and no `end`.
        socket.once('end', () => end());
      }),
    );
    await attemptAt(server, { password: 'secret' });
    await ended;
    const { clientId } = good();
    expect(heard).toEqual([`connect ${clientId} ${clientId} secret`, 'disconnect']);
  });

  it('counts every byte that TCP carried, both ways', async () => {
    const inner = await on.server(tlsServer(on.corpus, acceptAll));
    const seen = { sent: 0, received: 0 };
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const relay = await on.server(
      tcpServer((socket) => {
        const onward = tcpConnect(inner.port, '127.0.0.1');
        socket.on('data', (bytes) => {
          seen.sent += bytes.length;
        });
        onward.on('data', (bytes) => {
          if (!socket.readableEnded) seen.received += bytes.length;
        });
        socket.pipe(onward).pipe(socket);
        onward.on('error', () => {});
        socket.once('end', () => end());
      }),
    );
    const told = await attemptAt(relay);
    await ended;
    expect(told.bytesSent).toBe(seen.sent);
    expect(told.bytesReceived).toBe(seen.received);
  });

  it('hears the alert also when its own flight found the connection reset', async () => {
    const server = await on.server(spoilingRelay(await opensslServer(on.corpus), 'alert'));
    const told = await attemptAt(server, { onStart: awayOnceItHasSpoken });
    expect(told.outcome).toEqual({ kind: 'tls-alert', detail: 'bad_record_mac (20)' });
  });

  it('is reset where the server says nothing before it', async () => {
    const server = await on.server(spoilingRelay(await opensslServer(on.corpus), 'mute'));
    const told = await attemptAt(server, { onStart: awayOnceItHasSpoken });
    expect(told.outcome).toEqual({ kind: 'reset', detail: expect.stringMatching(/^(EPIPE|ECONNRESET)$/) });
  });

  it('calls a flight that was tampered with a local error, not a server that it does not trust', async () => {
    const inner = await on.server(tlsServer(on.corpus, acceptAll));
    const relay = await on.server(
      tcpServer((socket) => {
        const onward = tcpConnect(inner.port, '127.0.0.1');
        socket.pipe(onward);
        onward.on('error', () => {});
        onward.on('data', (bytes) => {
          const last = bytes.length - 1;
          bytes[last] = (bytes[last] ?? 0) ^ 1;
          socket.write(bytes);
        });
      }),
    );
    const told = await attemptAt(relay);
    expect(told.outcome).toEqual({ kind: 'local-error', detail: 'a record that does not authenticate' });
    expect(told.serverHelloMs).toBeDefined();
    expect(told.serverFinishedMs).toBeUndefined();
    expect(told.securedMs).toBeUndefined();
  });

  it('that is dropped has no outcome, tells how far it had come, and its socket is gone', async () => {
    let gone = (): void => {};
    const closed = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const server = await on.server(
      tlsServer(on.corpus, (socket) => socket.resume().once('close', () => gone())),
    );
    const told = await attemptAt(server, { cutOffAfterMs: 200 });
    await closed;
    expect(told.outcome).toBeUndefined();
    expect(told.securedMs).toBeDefined();
    expect(told.bytesSent).toBeGreaterThan(0);
  });

  it('is refused at once by a server that speaks TLS 1.2 alone', async () => {
    const server = await on.server(tlsServer(on.corpus, acceptAll, { maxVersion: 'TLSv1.2' }));
    expect((await attemptAt(server)).outcome).toEqual({ kind: 'tls-alert', detail: 'protocol_version (70)' });
  });
});

/** Blocks this thread from the moment when the ClientHello has left until the server has long said what it says. */
function awayOnceItHasSpoken(connection: Connection): void {
  if (connection.bytesSent === 0) setImmediate(() => awayOnceItHasSpoken(connection));
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
}

/** FACTS of OpenSSL 3 behind Node and Mosquitto: what is presented, and the answer. */
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
  ['corrupted-finished', 'tls-alert decrypt_error (51)'],
  ['short-finished', 'tls-alert decode_error (50)'],
];
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

  describe.each(brokers)('at %s', (_, start, there) => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      if (there) server = await start();
    });
    afterAll(async () => server?.close());

    it.skipIf(!there).each(answers)('%s: %s', async (lie, answer) => {
      if (server === undefined) throw new Error('the server does not run');
      const { outcome } = await attemptAt(server, { lie });
      expect(`${outcome?.kind} ${outcome?.detail}`.trim()).toBe(answer);
    });

    it.skipIf(!there)('the truth is accepted', async () => {
      if (server === undefined) throw new Error('the server does not run');
      expect((await attemptAt(server)).outcome?.kind).toBe('accepted');
    });
  });

  it('that a server believes is an accepted attempt, and so a false accept of a cohort that must be refused', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll, { rejectUnauthorized: true }));
    const cohorts = [wire('none', { lie: 'hundred-certificates' }), wire('none', { lie: 'foreign-key' })];
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

  it('of silence times out, in the phase where it fell silent', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const cohorts = unanswered.map((lie) => wire('none', { lie }));
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

describe('a storm with the wire driver', () => {
  it('times ServerHello and the server’s Finished of each attempt; one with the node driver has none to tell', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const cohorts = [wire('none', { name: 'wire' }), on.cohort('none')];
    const { recording } = await (await on.storm({ cohorts })).run(round(port, { weights: [1, 1] })).done;
    expectBooksToBalance(recording);
    const [byWire, byNode] = recording.cohorts;
    expect(counts(recording, 0)).toEqual({ accepted: byWire?.started });
    expect(counts(recording, 1)).toEqual({ accepted: byNode?.started });
    for (const name of [
      'tcpConnect',
      'serverHello',
      'serverFinished',
      'tlsHandshake',
      'authenticated',
    ] as const)
      expect(byWire?.latency[name].count, name).toBe(byWire?.started);
    expect(byNode?.latency.serverHello.count).toBe(0);
    expect(byNode?.latency.serverFinished.count).toBe(0);
    const sums = byWire?.latency;
    expect(sums?.tcpConnect.sumUs).toBeLessThan(sums?.serverHello.sumUs ?? 0);
    expect(sums?.serverHello.sumUs).toBeLessThanOrEqual(sums?.serverFinished.sumUs ?? 0);
    expect(sums?.serverFinished.sumUs).toBeLessThan(sums?.authenticated.sumUs ?? 0);
  });

  it('presents what OpenSSL would not load: bytes that are no certificate, a key of another certificate', async () => {
    const { port } = await on.server(bundledBroker(on.corpus));
    const identities = on.corpus.identities('none');
    const key = on.corpus.identities('expired')[0]?.key ?? null;
    const cohorts = [
      wire('none', { identities: identities.map((each) => ({ ...each, chain: [Buffer.from('no DER')] })) }),
      wire('none', { identities: identities.map((each) => ({ ...each, key })) }),
      wire('no-certificate'),
    ];
    const { recording } = await (await on.storm({ cohorts })).run(round(port, { weights: [1, 1, 1] })).done;
    expectBooksToBalance(recording);
    const only = (cohort: number, alert: string) =>
      expect(counts(recording, cohort)).toEqual({
        [`tls-alert ${alert}`]: recording.cohorts[cohort]?.started,
      });
    only(0, 'decode_error (50)');
    only(1, 'decrypt_error (51)');
    only(2, 'certificate_required (116)');
  });

  it('never has a client connected twice at a time', async () => {
    const live = new Set<string>();
    let twice = 0;
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => {
        let name = '';
        socket.once('data', (packet) => {
          name = packet.subarray(14).toString();
          if (live.has(name)) twice++;
          live.add(name);
          socket.once('data', () => live.delete(name));
          setTimeout(() => socket.write(Buffer.from([0x20, 2, 0, 0])), 20);
        });
        socket.once('close', () => live.delete(name));
      }),
    );
    const identities = on.corpus.identities('none').slice(0, 2);
    const order = round(port, { schedule: { model: 'constant-vus', vus: 4 } });
    const { recording } = await (await on.storm({ workers: 3, cohorts: [wire('none', { identities })] })).run(
      order,
    ).done;
    expectBooksToBalance(recording);
    expect(recording.finished).toBeGreaterThan(8);
    expect(twice).toBe(0);
  });

  it('times out what gets no answer, and says in which phase', async () => {
    const silentTcp = await on.server(tcpServer(() => {}));
    const silentMqtt = await on.server(tlsServer(on.corpus, answering([])));
    const opened = await on.storm({ cohorts: [wire('none')] });
    const first = await opened.run(round(silentTcp.port, { attemptTimeoutMs: 150, durationMs: 300 })).done;
    expect(counts(first.recording)).toEqual({ 'timeout tls-handshake': 30 });
    const second = await opened.run(round(silentMqtt.port, { attemptTimeoutMs: 600, durationMs: 300 })).done;
    expect(Object.keys(counts(second.recording))).toContain('timeout connack');
    expectBooksToBalance(second.recording);
  });

  it('that is stopped drops what is in flight, counts it as unfinished, and leaves no socket', async () => {
    let open = 0;
    const { port } = await on.server(
      tlsServer(on.corpus, (socket) => {
        open++;
        socket.resume().once('close', () => open--);
      }),
    );
    const run = (await on.storm({ cohorts: [wire('none')] })).run(
      round(port, { durationMs: 60_000, attemptTimeoutMs: 60_000 }),
    );
    while (open < 10) await delay(5);
    run.stop();
    const { recording, stoppedEarly } = await run.done;
    expectBooksToBalance(recording);
    expect(stoppedEarly).toBe(true);
    expect(recording.unfinished).toBeGreaterThanOrEqual(10);
    while (open > 0) await delay(5);
  });

  it('may take its key shares from a pool', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const opened = await on.storm({ cohorts: [wire('none')], keyShares: 'pooled' });
    const { recording } = await opened.run(round(port)).done;
    expect(counts(recording)).toEqual({ accepted: recording.started });
  });

  it.each<[string, () => Partial<StormOrder>, string, RegExp]>([
    [
      'a lie that nobody knows',
      () => ({ cohorts: [wire('none', { lie: 'flattery' })] }),
      'unknown-lie',
      /lie 'flattery' is none of empty-certificate-list, /,
    ],
    [
      'a lie that its driver cannot tell',
      () => ({ cohorts: [{ ...on.cohort('none'), lie: 'foreign-key' }] }),
      'unknown-lie',
      /driver 'node' cannot tell the lie 'foreign-key'; 'wire' can/,
    ],
    [
      'roots that are none',
      () => ({ cohorts: [wire('none')], serverCa: 'no PEM' }),
      'bad-order',
      /driver 'wire' cannot storm: the server cannot be verified without a CA/,
    ],
    [
      'a private key that is none',
      () => ({
        cohorts: [wire('none', { identities: [{ ...good(), key: Buffer.from('no PKCS #8') }] })],
      }),
      'unpresentable-identity',
      /driver 'wire' cannot present the certificate of '.*' \(the private key is not PKCS #8/,
    ],
  ])('with %s is refused with a sentence', async (_, order, code, message) => {
    const opening = on.storm(order());
    await expect(opening).rejects.toMatchObject({ code });
    await expect(opening).rejects.toThrow(message);
  });

  it('at a server without a name is refused, unless it is not verified', async () => {
    const { port } = await on.server(tlsServer(on.corpus, acceptAll));
    const verified = await on.storm({ workers: 1, cohorts: [wire('none')] });
    await expect(verified.run(round(port, { serverName: '' })).done).rejects.toMatchObject({
      code: 'bad-order',
    });
    const unverified = await on.storm({ workers: 1, cohorts: [wire('none')], verifyServer: false });
    const { recording } = await unverified.run(round(port, { serverName: '' })).done;
    expect(counts(recording)).toEqual({ accepted: recording.started });
  });
});
