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

  test.each(['fail-closed', 'fail-open'] as const)(
    'does as %s says once the list has run out',
    async (onUnavailable) => {
      const { corpus, putList, signed } = await publisher(folder);
      putList(signed({ nextUpdate: new Date(Date.now() + 2500) }));
      const broker = await openHere(corpus, { revocation, settings: { onUnavailable } });
      await until(() => figuresOf(broker)?.troubles['crl-ran-out'] === 1);
      const open = onUnavailable === 'fail-open';
      await until(async () => (await letsIn(broker, corpus)).every((each) => each === open));
      putList(signed({}, signed()));
      await broker.reloadRevocation();
      expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    },
  );
});

describe.each(checks)('%s from a distribution point', (revocation) => {
  const polled = (crlUrl: string, more: Changes['settings'] = {}): Changes => ({
    revocation,
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

  test('polls it, is not sent what it has, and goes by what is newer', async () => {
    const { corpus, point, url } = await distributionPoint();
    const broker = await openHere(corpus, polled(url));
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

  test('names each way in which it fails, and goes on with the last good list', async () => {
    const { corpus, point, url } = await distributionPoint();
    const broker = await openHere(corpus, polled(url));
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
      await point.setFaults([fault]);
      await until(() => (figuresOf(broker)?.troubles[trouble] ?? 0) > 0);
      expect([fault, await letsIn(broker, corpus)]).toEqual([fault, [true, true, false]]);
    }
    await point.setFaults([]);
    await point.revoke({ serials: [serialOf(identityOf(corpus, 'good', 1))] });
    await until(() => figuresOf(broker)?.swaps === 1);
    expect(await letsIn(broker, corpus)).toEqual([true, false, false]);
  });

  test.each(['fail-closed', 'fail-open'] as const)(
    'starts without one, does as %s says, and takes the first that comes',
    async (onUnavailable) => {
      const { corpus, point, url } = await distributionPoint();
      await point.setFaults(['refuse']);
      const broker = await openHere(corpus, polled(url, { onUnavailable }));
      const open = onUnavailable === 'fail-open';
      expect(await letsIn(broker, corpus)).toEqual([open, open, open]);
      await point.setFaults([]);
      await until(() => figuresOf(broker)?.swaps === 1);
      expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
    },
  );
});

test('a CRL over HTTP without an address is told in one sentence', async () => {
  const { corpus } = await publisher(folder);
  const settings: Changes['settings'] = { crl: { source: 'http', pollMs: 1000, jitter: 0 } };
  await expect(openHere(corpus, { revocation: 'crl-indexed', settings })).rejects.toMatchObject({
    code: 'ERR_BROKER_CRL',
    message: expect.stringMatching(/there is no address: run a service 'crl'/),
  });
});
