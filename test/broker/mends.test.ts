import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { openHere as openService, type ServiceHere } from '../services/open-here.ts';
import { type BrokerHere, type Changes, connectAs, openHere } from './open-here.ts';
import { identityOf, publisher, serialOf, spec } from './publisher.ts';

/** What becomes of a revoked client that holds a session ticket, or is connected: by each check, with each mend and without. */
const folder = scratchFolder();
const responders: ServiceHere[] = [];
afterEach(async () => {
  for (const responder of responders.splice(0)) await responder.stop();
});

type Revocable = {
  corpus: Corpus;
  changes: Changes;
  /** Resolves when the broker has been told. */
  revoke(broker: BrokerHere): Promise<void>;
};

/** `good.1` is the one to be revoked. */
const meant = (corpus: Corpus): Identity => identityOf(corpus, 'good', 1);

async function byCrl(revocation: string): Promise<Revocable> {
  const { corpus, putList, signed, revoking } = await publisher(folder);
  return {
    corpus,
    changes: { revocation },
    async revoke(broker) {
      putList(signed(revoking(meant(corpus))));
      await broker.reloadRevocation();
    },
  };
}

async function byOcsp(revocation: string): Promise<Revocable> {
  const { corpus, issuer } = await publisher(folder);
  const responder = await openService({
    ...({ service: 'ocsp', host: '127.0.0.1', port: 0, signing: 'on-request', nonce: 'echo' } as const),
    issuers: issuer === undefined ? [] : [issuer],
    validityMs: 3_600_000,
    faults: [],
  });
  responders.push(responder);
  return {
    corpus,
    changes: { revocation, ocspUrl: responder.url },
    async revoke(broker) {
      await responder.revoke({ serials: [serialOf(meant(corpus))] });
      await broker.reloadRevocation();
    },
  };
}

async function byAllowList(revocation: string): Promise<Revocable> {
  const { corpus } = await publisher(folder);
  const allowListFile = join(folder, 'allowed.txt');
  const write = (...allowed: Identity[]) =>
    writeFileSync(
      allowListFile,
      allowed.map(({ chain: [leaf] }) => `${hash('sha256', leaf ?? new Uint8Array(0))}\n`).join(''),
    );
  write(identityOf(corpus, 'good'), meant(corpus));
  return {
    corpus,
    changes: { revocation, allowListFile },
    async revoke(broker) {
      write(identityOf(corpus, 'good'));
      await broker.reloadRevocation();
    },
  };
}

const checks: [string, (revocation: string) => Promise<Revocable>, string][] = [
  ['crl-native', byCrl, 'crl-revoked'],
  ['crl-indexed', byCrl, 'crl-revoked'],
  ['ocsp', byOcsp, 'ocsp-revoked'],
  ['ocsp-cached', byOcsp, 'ocsp-revoked'],
  ['allow-list', byAllowList, 'not-listed'],
];

/** Connects and leaves when a session is given, which it returns. */
async function sessionOf(
  broker: BrokerHere,
  identity: Identity,
  maxVersion: 'TLSv1.2' | 'TLSv1.3',
): Promise<Buffer> {
  let session: Buffer | undefined;
  const ending = await connectAs(broker, identity, {
    maxVersion,
    secured: (socket: TLSSocket) => {
      // Of TLS 1.2 it is there by now; of TLS 1.3 the ticket follows.
      session = socket.getSession();
      socket.on('session', (given: Buffer) => {
        session = given;
      });
    },
  });
  if (ending !== 0 || session === undefined) throw new Error(`the first connection ended in ${ending}`);
  return session;
}

/** Whether a client that offers this session is let in, and whether it was resumed. */
async function resume(
  broker: BrokerHere,
  identity: Identity,
  session: Buffer,
  maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
) {
  let resumed = false;
  const ending = await connectAs(broker, identity, {
    session,
    maxVersion,
    secured: (socket: TLSSocket) => {
      resumed = socket.isSessionReused();
    },
  });
  return { letIn: ending === 0, resumed };
}

const causes = (broker: BrokerHere): string[] =>
  broker.tallies().flatMap(({ verdict, cause }) => (verdict === 'refused' ? [cause] : []));

describe.each(checks)('%s: a revoked client with a ticket', (revocation, by, cause) => {
  async function resumedAfterRevocation(
    settings: Changes['settings'],
    version: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
  ) {
    const { corpus, changes, revoke } = await by(revocation);
    const broker = await openHere(corpus, { ...changes, ...(settings && { settings }) });
    const session = await sessionOf(broker, meant(corpus), version);
    await revoke(broker);
    return { ...(await resume(broker, meant(corpus), session, version)), broker, corpus };
  }

  test('is let in by default', async () => {
    expect(await resumedAfterRevocation({})).toMatchObject({ letIn: true, resumed: true });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is refused over %s where resumed sessions are looked up',
    async (version) => {
      const { broker, ...seen } = await resumedAfterRevocation({ verifyOnResumption: true }, version);
      // What is remembered of an OCSP responder goes on holding until its nextUpdate.
      if (revocation === 'ocsp-cached') return expect(seen).toMatchObject({ letIn: true, resumed: true });
      expect(seen).toMatchObject({ letIn: false, resumed: true });
      expect(causes(broker)).toEqual([cause]);
    },
  );

  test('can not resume where the keys of tickets are changed', async () => {
    const { resumed, letIn, broker, corpus } = await resumedAfterRevocation({
      onRevocation: ['rotate-ticket-keys'],
    });
    expect({ resumed, letIn }).toEqual({ resumed: false, letIn: revocation === 'ocsp-cached' });
    const session = await sessionOf(broker, identityOf(corpus, 'good'), 'TLSv1.3');
    expect(await resume(broker, identityOf(corpus, 'good'), session)).toEqual({ resumed: true, letIn: true });
  });
});

test.each(checks)(
  '%s: the session of a revoked client is cut where that is wanted, and no other',
  async (revocation, by) => {
    const { corpus, changes, revoke } = await by(revocation);
    const broker = await openHere(corpus, { ...changes, settings: { onRevocation: ['cut-sessions'] } });
    const open = new Map<string, TLSSocket>();
    const stay = (name: string) => ({ stay: (socket: TLSSocket) => void open.set(name, socket) });
    const [kept, cut] = [identityOf(corpus, 'good'), meant(corpus)];
    const session = await sessionOf(broker, cut, 'TLSv1.3');
    expect(await connectAs(broker, kept, stay('kept'))).toBe(0);
    expect(await connectAs(broker, cut, stay('cut'))).toBe(0);
    expect(await connectAs(broker, cut, { ...stay('resumed'), session })).toBe(0);
    const gone = ['cut', 'resumed'].map(
      (name) => new Promise((resolve) => open.get(name)?.once('close', resolve)),
    );
    await revoke(broker);
    await Promise.all(gone);
    expect(open.get('kept')?.destroyed).toBe(false);
    expect(broker.figures.read(Date.now())).toMatchObject({ sessionsCut: 2 });
    expect(broker.tallies()).toMatchObject([{ verdict: 'accepted', count: 4 }]);
    open.get('kept')?.destroy();
  },
);

test('a list that takes no one in changes no ticket key and cuts no session', async () => {
  const { corpus, putList, signed } = await publisher(folder);
  const settings: Changes['settings'] = { onRevocation: ['rotate-ticket-keys', 'cut-sessions'] };
  const broker = await openHere(corpus, { revocation: 'crl-indexed', settings });
  const good = identityOf(corpus, 'good');
  const session = await sessionOf(broker, good, 'TLSv1.3');
  putList(signed());
  await broker.reloadRevocation();
  expect(broker.figures.read(Date.now())).toMatchObject({ swaps: 1, sessionsCut: 0 });
  expect(await resume(broker, good, session)).toEqual({ letIn: true, resumed: true });
});

test('an OCSP responder that is down cuts nobody', async () => {
  const { corpus, changes, revoke } = await byOcsp('ocsp');
  const broker = await openHere(corpus, { ...changes, settings: { onRevocation: ['cut-sessions'] } });
  const kept = await new Promise<TLSSocket>((resolve) => {
    void connectAs(broker, meant(corpus), { stay: resolve });
  });
  await responders[0]?.setFaults(['refuse']);
  await revoke(broker);
  while (broker.figures.read(Date.now())?.troubles['ocsp-unreachable'] === undefined)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(broker.figures.read(Date.now())).toMatchObject({ sessionsCut: 0 });
  expect(await connectAs(broker, identityOf(corpus, 'good'))).not.toBe(0);
  expect(kept.destroyed).toBe(false);
  kept.destroy();
});

test('a resumed session, which carries the leaf alone, is looked up with the CAs of the full handshake before', async () => {
  const corpus = await makeCorpus(spec(7, { authorities: { depth: 3 } }), {
    cacheDir: join(folder, 'cache'),
  });
  const settings: Changes['settings'] = { verifyOnResumption: true };
  const broker = await openHere(corpus, { revocation: 'crl-indexed', settings });
  const good = identityOf(corpus, 'good');
  const session = await sessionOf(broker, good, 'TLSv1.3');
  expect(await resume(broker, good, session)).toEqual({ letIn: true, resumed: true });
});

test('an allow list that holds something else is told with its line', async () => {
  const { corpus } = await publisher(folder);
  const allowListFile = join(folder, 'wrong.txt');
  writeFileSync(allowListFile, `# fleet\n${'ab:'.repeat(31)}ab\nplease\n`);
  await expect(openHere(corpus, { revocation: 'allow-list', allowListFile })).rejects.toMatchObject({
    message: expect.stringMatching(/wrong\.txt:3 is no SHA-256 fingerprint/),
  });
});

test('a stapled response can not be had, and the broker says why', async () => {
  const { corpus } = await publisher(folder);
  await expect(openHere(corpus, { revocation: 'ocsp-stapled' })).rejects.toMatchObject({
    message: expect.stringMatching(/impossible here: OpenSSL .* does not ask clients for a stapled/),
  });
});
