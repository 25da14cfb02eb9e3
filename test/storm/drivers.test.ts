import { connect as tcpConnect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalKinds } from '../../src/metrics/outcome.ts';
import type { Outcome } from '../../src/metrics/recorder.ts';
import { defects } from '../../src/pki/defects/index.ts';
import type { Identity } from '../../src/pki/identity.ts';
import { driverNames } from '../../src/storm/drivers/index.ts';
import { type AttemptSettings, attempt, client, type Told } from './attempt-once.ts';
import { type TestCorpus, testCorpus } from './corpus.ts';
import {
  acceptAll,
  answering,
  bundledBroker,
  mosquitto,
  mosquittoInstalled,
  opensslServer,
  type TestServer,
  tcpServer,
  tlsServer,
} from './servers.ts';

const names = defects.map(({ name }) => name);
let corpus: TestCorpus;
beforeAll(async () => {
  corpus = await testCorpus(names, 1);
});
afterAll(() => corpus.remove());

const identity = (cohort: string): Identity => {
  const [first] = corpus.identities(cohort);
  if (first === undefined) throw new Error(`no identity in ${cohort}`);
  return first;
};

/** What each driver tells of this identity at this server; a driver that cannot present it says so beforehand. */
async function byDriver(
  { port }: TestServer,
  cohort: string,
  settings: AttemptSettings = {},
  by: readonly string[] = driverNames,
): Promise<Record<string, Told | 'cannot be presented'>> {
  const told: Record<string, Told | 'cannot be presented'> = {};
  for (const driver of by) {
    let ready: ReturnType<typeof client>;
    try {
      ready = client(corpus, identity(cohort), { ...settings, driver });
    } catch {
      told[driver] = 'cannot be presented';
      continue;
    }
    told[driver] = await attempt(ready, port, settings);
  }
  return told;
}

function verdict({ kind }: Outcome): 'accepted' | 'refused' | 'undecided' {
  if (kind === 'accepted') return 'accepted';
  return refusalKinds.includes(kind) ? 'refused' : 'undecided';
}

/** The same verdict, and in the same words where it came in words. */
function expectOneOutcome(told: Record<string, Told | 'cannot be presented'>): Outcome {
  const outcomes = Object.values(told).flatMap((each) =>
    each === 'cannot be presented' ? [] : [each.outcome],
  );
  const [first] = outcomes;
  if (first === undefined) throw new Error('no driver could present it');
  for (const outcome of outcomes) {
    expect(outcome && verdict(outcome), JSON.stringify(outcomes)).toBe(verdict(first));
    const spoken = [outcome, first].every(
      (each) => each?.kind === 'tls-alert' || each?.kind === 'connack-refused',
    );
    if (spoken) expect(outcome).toEqual(first);
  }
  return first;
}

describe('every defect that several drivers can present ends in the same outcome', () => {
  let bundled: TestServer;
  let openssl: TestServer;
  let brokers: [name: string, server: TestServer][];
  beforeAll(async () => {
    bundled = await bundledBroker(corpus);
    openssl = await opensslServer(corpus, ['-CRL', corpus.corpus.crlFile, '-crl_check']);
    brokers = [['bundled broker', bundled]];
    if (mosquittoInstalled) brokers.push(['Mosquitto', await mosquitto(corpus)]);
  });
  afterAll(async () => {
    await openssl.close();
    for (const [, broker] of brokers) await broker.close();
  });

  it.each(names)('%s, at the bundled broker', async (name) => {
    const outcome = expectOneOutcome(await byDriver(bundled, name));
    if (name === 'none') expect(outcome.kind).toBe('accepted');
  });

  it.each(names.filter((name) => name !== 'none'))('%s, at openssl s_server', async (name) => {
    // s_server accepts by saying nothing to a CONNECT: what it accepts is cut off.
    const told = await byDriver(openssl, name, { cutOffAfterMs: 500 }, ['node', 'wire']);
    const heard = Object.values(told).flatMap((each) =>
      each === 'cannot be presented' ? [] : [each.outcome],
    );
    expect(new Set(heard.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it.skipIf(!mosquittoInstalled).each(names)('%s, at Mosquitto', async (name) => {
    const found = brokers.find(([broker]) => broker === 'Mosquitto');
    if (found === undefined) throw new Error('Mosquitto does not run');
    expectOneOutcome(await byDriver(found[1], name));
  });
});

describe('whatever a server does, all drivers tell the same of it', () => {
  type Situation = [
    what: string,
    server: () => Promise<TestServer>,
    outcome: Partial<Outcome>,
    settings?: AttemptSettings,
  ];
  const onData = (act: (socket: Parameters<Parameters<typeof tcpServer>[0]>[0]) => void) =>
    tcpServer((socket) => socket.once('data', () => act(socket)));
  const situations: Situation[] = [
    ['accepts', () => tlsServer(corpus, acceptAll), { kind: 'accepted', detail: '' }],
    [
      'accepts byte by byte',
      () =>
        tlsServer(corpus, (socket) => {
          socket.once('data', async () => {
            for (const byte of [0x20, 2, 0, 0]) {
              socket.write(Buffer.from([byte]));
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          });
        }),
      { kind: 'accepted', detail: '' },
    ],
    [
      'wants another group',
      () => tlsServer(corpus, acceptAll, { ecdhCurve: 'P-384' }),
      { kind: 'accepted', detail: '' },
    ],
    [
      'refuses at CONNECT',
      () => tlsServer(corpus, answering([0x20, 2, 0, 5])),
      { kind: 'connack-refused', detail: 'not authorized (5)' },
    ],
    [
      'answers with something else',
      () => tlsServer(corpus, answering([0xd0, 0])),
      { kind: 'local-error', detail: 'answer is no CONNACK' },
    ],
    [
      'closes after the handshake',
      () => tlsServer(corpus, (socket) => socket.end()),
      { kind: 'closed', detail: 'EOF' },
    ],
    ['closes in the handshake', () => onData((socket) => socket.end()), { kind: 'closed', detail: 'EOF' }],
    [
      'resets in the handshake',
      () => onData((socket) => socket.resetAndDestroy()),
      { kind: 'reset', detail: 'ECONNRESET' },
    ],
    [
      'resets after the handshake',
      async () => {
        const inner = await tlsServer(corpus, () => {});
        const relay = await tcpServer((socket) => {
          const onward = tcpConnect(inner.port, '127.0.0.1');
          socket.pipe(onward).pipe(socket);
          onward.on('error', () => {});
          setTimeout(() => socket.resetAndDestroy(), 200);
        });
        return {
          port: relay.port,
          async close() {
            await relay.close();
            await inner.close();
          },
        };
      },
      { kind: 'reset', detail: 'ECONNRESET' },
    ],
    [
      'is not there',
      async () => {
        const gone = await tcpServer(() => {});
        await gone.close();
        return { port: gone.port, async close() {} };
      },
      { kind: 'connect-failed', detail: 'ECONNREFUSED' },
    ],
    [
      'is called from an address that is not ours',
      () => tlsServer(corpus, acceptAll),
      { kind: 'connect-failed', detail: 'EADDRNOTAVAIL' },
      { sourceAddress: '192.0.2.1' },
    ],
    [
      'speaks no TLS',
      () => tcpServer((socket) => socket.write('220 mail.example ESMTP\r\n')),
      { kind: 'local-error' },
    ],
    [
      'has a certificate for another name',
      () => tlsServer(corpus, acceptAll),
      { kind: 'local-error', detail: expect.stringMatching(/^server not trusted: /) },
      { serverName: 'elsewhere.example' },
    ],
    [
      'is called by its address',
      () => tlsServer(corpus, acceptAll),
      { kind: 'accepted' },
      { serverName: '127.0.0.1', sourceAddress: '127.9.8.7' },
    ],
    [
      'is not verified',
      () => tlsServer(corpus, acceptAll),
      { kind: 'accepted' },
      { serverName: 'elsewhere.example', verifyServer: false },
    ],
    [
      'knows no protocol version of ours',
      () => tlsServer(corpus, acceptAll, { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_SHA256' }),
      { kind: 'tls-alert', detail: 'handshake_failure (40)' },
    ],
  ];

  it.each(situations)('one that %s', async (_, start, outcome, settings = {}) => {
    const server = await start();
    const told = await byDriver(server, 'none', settings);
    await server.close();
    for (const [driver, each] of Object.entries(told)) {
      if (each === 'cannot be presented') throw new Error(`${driver} cannot present a good certificate`);
      expect(each.outcome, driver).toMatchObject(outcome);
      expect(each.outcomes, driver).toBe(1);
    }
    const reached = Object.values(told).map((each) =>
      typeof each === 'string' ? each : [each.connectedMs === undefined, each.securedMs === undefined].join(),
    );
    expect(new Set(reached).size, JSON.stringify(told)).toBe(1);
  });

  it('one of another authority', async () => {
    const other = await testCorpus(['none'], 1);
    const server = await tlsServer(corpus, acceptAll);
    const told = await byDriver(server, 'none', { serverCa: other.serverCa });
    await server.close();
    other.remove();
    for (const each of Object.values(told)) {
      expect(each).toMatchObject({
        outcome: { kind: 'local-error', detail: expect.stringMatching(/^server not trusted: /) },
        securedMs: undefined,
      });
    }
  });
});
