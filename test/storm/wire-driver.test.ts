import { connect as tcpConnect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../src/pki/identity.ts';
import type { Connection } from '../../src/storm/drivers/driver.ts';
import type { StormCohort, StormOrder } from '../../src/storm/order.ts';
import { connect, prepareIdentity, prepareOffer, prepareTrust } from '../../src/wire/index.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import {
  acceptAll,
  answering,
  bundledBroker,
  hearing,
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
    const { server, heard, ended } = hearing(on.corpus);
    await attemptAt(await on.server(server), { password: 'secret' });
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

  it('hears the alert also when it came while the client was about to write its flight', async () => {
    const server = await on.server(spoilingRelay(await opensslServer(on.corpus), 'alert'));
    const { serverCa } = on.corpus;
    const [good] = on.corpus.identities('none');
    if (good === undefined) throw new Error('the corpus has no good identity');
    const prepared = prepareIdentity({ chain: good.chain, key: good.key });
    const ending = await new Promise((resolve) => {
      connect(
        {
          host: '127.0.0.1',
          port: server.port,
          trust: prepareTrust({ ca: serverCa, serverName: 'localhost', verifyServer: true }),
          offer: prepareOffer({ serverName: 'localhost' }),
          // The server's flight has been read; what follows it lies in the kernel when the write fails.
          identity: {
            ...prepared,
            sign: (scheme, content) => {
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
              return prepared.sign(scheme, content);
            },
          },
          applicationData: null,
        },
        { onApplicationData: () => {}, onEnd: resolve },
      );
    });
    expect(ending).toEqual({ kind: 'alert-received', alert: 'bad_record_mac', number: 20 });
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
    const order = round(port, { durationMs: 1_500, schedule: { model: 'constant-vus', vus: 4 } });
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
