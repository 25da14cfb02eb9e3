import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { corpusIssuers } from '../../src/pki/ocsp/corpus-issuers.ts';
import { pem } from '../../src/pki/pem.ts';
import { type CrlDocument, readCrl } from '../../src/services/crl/crl-document.ts';
import { type CrlChange, signCrl, withSignature } from '../../src/services/crl/sign-crl.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { openHere as openService, type ServiceHere } from '../services/open-here.ts';
import { type BrokerHere, type Changes, connectAs, openHere } from './open-here.ts';

/** Where CRLs come from and what may be wrong with them, for both checks that go by CRLs. */
const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
const checks = ['crl-native', 'crl-indexed'] as const;
const dayMs = 24 * 3600_000;

const spec = (seed: number, more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed,
  algorithm: 'ecdsa-p256',
  crlEntries: 5,
  cohorts: [
    { name: 'good', defect: 'none', identities: 2 },
    { name: 'revoked', defect: 'revoked', identities: 1 },
  ],
  ...more,
});

const points: ServiceHere[] = [];
afterEach(async () => {
  for (const point of points.splice(0)) await point.stop();
});

const identityOf = (corpus: Corpus, cohort: string, index = 0): Identity => {
  const found = corpus.cohorts.find(({ name }) => name === cohort)?.identities[index];
  if (found === undefined) throw new Error(`the corpus has no ${cohort}`);
  return found;
};

const serialOf = ({ chain: [leaf] }: Identity) => new X509Certificate(leaf ?? new Uint8Array(0)).serialNumber;

let files = 0;

/** A corpus with a CRL file of its own that the CA's key can replace. */
async function publisher(seed = 7) {
  const corpus = await makeCorpus(spec(seed), { cacheDir });
  files += 1;
  const crlFile = join(folder, `crl-${files}.pem`);
  cpSync(corpus.crlFile, crlFile);
  const [issuer] = corpusIssuers(spec(seed), cacheDir);
  const key = createPrivateKey(issuer?.caKeyPem ?? '');
  const base64 = readFileSync(crlFile, 'latin1').replace(/-----[^-]+-----|\s/g, '');
  const first = readCrl(Buffer.from(base64, 'base64'), 'the CRL');
  const put = (contents: Uint8Array | string) => {
    writeFileSync(`${crlFile}.next`, contents);
    renameSync(`${crlFile}.next`, crlFile);
  };
  /** The first CRL with a change, its number one higher; `by` another key, of a CA of the same name. */
  const signed = (change: Partial<CrlChange> = {}, from: CrlDocument = first, by = key) => {
    const now = Date.now();
    return signCrl(
      from,
      { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + dayMs), ...change },
      by,
    );
  };
  const revoking = (who: Identity): Partial<CrlChange> => ({
    revoked: { serials: [Buffer.from(serialOf(who), 'hex')], at: new Date() },
  });
  const putList = (crl: { der: Uint8Array }) => put(pem('X509 CRL', crl.der));
  return { corpus: { ...corpus, crlFile }, issuer, first, put, putList, signed, revoking };
}

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
    const { corpus, putList, signed, revoking } = await publisher();
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
    const { corpus, first, put, putList, signed, revoking } = await publisher();
    const other = await publisher(8);
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
      const { corpus, putList, signed } = await publisher();
      putList(signed({ nextUpdate: new Date(Date.now() + 2500) }));
      const broker = await openHere(corpus, { revocation, settings: { onUnavailable } });
      expect(await letsIn(broker, corpus)).toEqual([true, true, false]);
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
    const published = await publisher();
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
  const { corpus } = await publisher();
  const settings: Changes['settings'] = { crl: { source: 'http', pollMs: 1000, jitter: 0 } };
  await expect(openHere(corpus, { revocation: 'crl-indexed', settings })).rejects.toMatchObject({
    code: 'ERR_BROKER_CRL',
    message: expect.stringMatching(/there is no address: run a service 'crl'/),
  });
});
