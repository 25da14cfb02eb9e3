import { unlinkSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { Corpus } from '../../src/pki/identity.ts';
import { withSignature } from '../../src/services/crl/sign-crl.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { openHere as openService, type ServiceHere } from '../services/open-here.ts';
import { type BrokerHere, type Changes, connectAs, openHere } from './open-here.ts';
import { identityOf, publisher, serialOf } from './publisher.ts';

/** Where CRLs come from and what may be wrong with them, for both checks that go by CRLs. */
const folder = scratchFolder();
const checks = ['crl-native', 'crl-indexed'] as const;
const dayMs = 24 * 3600_000;

const points: ServiceHere[] = [];
afterEach(async () => {
  for (const point of points.splice(0)) await point.stop();
});

/** Whether the good, the one revoked in mid-run and the one revoked from the start are let in. */
async function letsIn(broker: BrokerHere, corpus: Corpus): Promise<boolean[]> {
  const identities = [
    identityOf(corpus, 'good'),
    identityOf(corpus, 'good', 1),
    identityOf(corpus, 'revoked'),
  ];
  return Promise.all(identities.map(async (each) => (await connectAs(broker, each)) === 0));
}

const figuresOf = (broker: BrokerHere) => broker.figures.read(Date.now());

/** Asks until it is so; the test's own time limit is the bound. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.each(checks)('%s from a file', (revocation) => {
  test('goes by the new list once it is told that the file was replaced', async () => {
    const { corpus, putList, signed, revoking } = await publisher(folder);
    const broker = await openHere(corpus, { revocation });
    expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    expect(figuresOf(broker)).toMatchObject({ check: revocation, entries: 5, swaps: 0, troubles: {} });
    putList(signed(revoking(identityOf(corpus, 'good', 1))));
    expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    await broker.reloadRevocation();
    expect(await letsIn(broker, corpus)).toEqual([true, false, false]);
    expect(figuresOf(broker)).toMatchObject({ entries: 6, swaps: 1, troubles: {} });
  });

  test('keeps the last good list in place of one that is wrong, and says what is wrong', async () => {
    const { corpus, first, put, putList, signed, revoking } = await publisher(folder);
    const other = await publisher(folder, 8);
    const broker = await openHere(corpus, { revocation });
    const inUse = signed(revoking(identityOf(corpus, 'good', 1)));
    putList(inUse);
    await broker.reloadRevocation();
    const [past, ahead] = [new Date(Date.now() - dayMs), new Date(Date.now() + dayMs)];
    const wrong: [string, () => void][] = [
      ['crl-expired', () => putList(signed({ thisUpdate: past, nextUpdate: past }, inUse))],
      ['crl-not-yet-valid', () => putList(signed({ thisUpdate: ahead }, inUse))],
      ['crl-other-issuer', () => putList(other.signed())],
      ['crl-bad-signature', () => putList({ der: withSignature(signed({}, inUse), first.signature) })],
      ['crl-lower-number', () => putList(first)],
      ['crl-html', () => put('<!DOCTYPE html><html><body>Sign in to the network</body></html>')],
      ['crl-unreadable', () => put('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n')],
      ['crl-unreadable', () => put(inUse.der.subarray(0, 200))],
      ['crl-file', () => unlinkSync(corpus.crlFile)],
    ];
    const troubles: Record<string, number> = {};
    for (const [trouble, replace] of wrong) {
      replace();
      await broker.reloadRevocation();
      troubles[trouble] = (troubles[trouble] ?? 0) + 1;
      expect([trouble, figuresOf(broker)?.troubles]).toEqual([trouble, troubles]);
      expect([trouble, await letsIn(broker, corpus)]).toEqual([trouble, [true, false, false]]);
    }
    putList(signed({}, signed({}, inUse)));
    await broker.reloadRevocation();
    expect(await letsIn(broker, corpus)).toEqual([true, false, false]);
    expect(figuresOf(broker)).toMatchObject({ swaps: 2, troubles });
  });
});

/** Each check with each way to fail: a broker of each, and whether it lets everybody in while it has no list. */
async function oneOfEach(corpus: Corpus, changes: (onUnavailable: 'fail-open' | 'fail-closed') => Changes) {
  const modes = checks.flatMap((revocation) =>
    (['fail-open', 'fail-closed'] as const).map((onUnavailable) => ({ revocation, onUnavailable })),
  );
  return Promise.all(
    modes.map(async ({ revocation, onUnavailable }) => {
      const broker = await openHere(corpus, { revocation, ...changes(onUnavailable) });
      return { broker, open: onUnavailable === 'fail-open' };
    }),
  );
}

test('once the list has run out, all or none are let in, until another comes', async () => {
  const { corpus, putList, signed } = await publisher(folder);
  const brokers = await oneOfEach(corpus, (onUnavailable) => ({ settings: { onUnavailable } }));
  const reload = () => Promise.all(brokers.map(({ broker }) => broker.reloadRevocation()));
  putList(signed({ nextUpdate: new Date(Date.now() + 4000) }));
  await reload();
  for (const { broker, open } of brokers) {
    await until(() => figuresOf(broker)?.troubles['crl-ran-out'] === 1);
    expect(await letsIn(broker, corpus)).toEqual([open, open, open]);
  }
  putList(signed({}, signed()));
  await reload();
  for (const { broker } of brokers) expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
});

describe('from a distribution point', () => {
  const polled = (crlUrl: string, more: Changes['settings'] = {}): Changes => ({
    crlUrl,
    settings: { crl: { source: 'http', pollMs: 150, jitter: 0.1 }, ...more },
  });

  async function distributionPoint() {
    const published = await publisher(folder);
    published.putList(published.signed());
    const point = await openService({
      service: 'crl',
      host: '127.0.0.1',
      port: 0,
      files: [published.corpus.crlFile],
      issuerKeyPem: published.issuer?.caKeyPem ?? '',
      maxAgeMs: 1000,
      faults: [],
    });
    points.push(point);
    return { ...published, point, url: `${point.url}/ca.crl` };
  }

  test.each(checks)('%s polls it, is not sent what it has, and goes by what is newer', async (revocation) => {
    const { corpus, point, url } = await distributionPoint();
    const broker = await openHere(corpus, { revocation, ...polled(url) });
    expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    const received = figuresOf(broker)?.bytesReceived ?? 0;
    expect(received).toBeGreaterThan(300);
    await until(async () => ((await point.snapshot()).answers['not-modified'] ?? 0) >= 2);
    expect(figuresOf(broker)?.bytesReceived).toBe(received);
    await point.revoke({ serials: [serialOf(identityOf(corpus, 'good', 1))] });
    await until(() => figuresOf(broker)?.swaps === 1);
    expect(await letsIn(broker, corpus)).toEqual([true, false, false]);
    expect(figuresOf(broker)).toMatchObject({ entries: 6, troubles: {} });
  });

  test('each way in which it fails is named, and the last good list goes on', async () => {
    const { corpus, point, url } = await distributionPoint();
    const open = (revocation: string) => openHere(corpus, { revocation, ...polled(url) });
    const brokers = await Promise.all(checks.map(open));
    for (const [fault, trouble] of [
      ['html', 'crl-html'],
      ['garbage', 'crl-unreadable'],
      ['http-error', 'crl-http-status'],
      ['refuse', 'crl-unreachable'],
      ['drop=100', 'crl-unreachable'],
      ['wrong-signature', 'crl-bad-signature'],
      ['expired', 'crl-expired'],
      ['hang', 'crl-timeout'],
    ] as const) {
      const before = brokers.map((broker) => figuresOf(broker)?.troubles[trouble] ?? 0);
      await point.setFaults([fault]);
      for (const [index, broker] of brokers.entries()) {
        await until(() => (figuresOf(broker)?.troubles[trouble] ?? 0) > (before[index] ?? 0));
        expect([fault, await letsIn(broker, corpus)]).toEqual([fault, [true, true, false]]);
      }
    }
    await point.setFaults([]);
    await point.revoke({ serials: [serialOf(identityOf(corpus, 'good', 1))] });
    for (const broker of brokers) {
      await until(() => figuresOf(broker)?.swaps === 1);
      expect(await letsIn(broker, corpus)).toEqual([true, false, false]);
    }
  });

  test('one that answers nothing at first lets all or none in, until it does', async () => {
    const { corpus, point, url } = await distributionPoint();
    await point.setFaults(['refuse']);
    const brokers = await oneOfEach(corpus, (onUnavailable) => polled(url, { onUnavailable }));
    for (const { broker, open } of brokers) expect(await letsIn(broker, corpus)).toEqual([open, open, open]);
    await point.setFaults([]);
    for (const { broker } of brokers) {
      await until(() => figuresOf(broker)?.swaps === 1);
      expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    }
  });
});

test('a CRL over HTTP without an address is told in one sentence', async () => {
  const { corpus } = await publisher(folder);
  const settings: Changes['settings'] = { crl: { source: 'http', pollMs: 1000, jitter: 0 } };
  await expect(openHere(corpus, { revocation: 'crl-indexed', settings })).rejects.toMatchObject({
    code: 'ERR_BROKER_CRL',
    message: expect.stringMatching(/there is no address: run a service 'crl'/),
  });
});
