import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Corpus, CorpusSpec, Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { corpusIssuers } from '../../src/pki/ocsp/corpus-issuers.ts';
import { scratchFolder } from '../pki/scratch.ts';
import { openHere as openService, type ServiceHere } from '../services/open-here.ts';
import { opensslPki, opensslResponder } from '../services/openssl-pki.ts';
import { type BrokerHere, type Changes, connectAs, openHere } from './open-here.ts';
import { attemptConnect } from './test-client.ts';

const folder = scratchFolder();
const cacheDir = join(folder, 'cache');
const responders: ServiceHere[] = [];
afterEach(async () => {
  for (const responder of responders.splice(0)) await responder.stop();
});

const spec = (more: Partial<CorpusSpec> = {}): CorpusSpec => ({
  seed: 7,
  algorithm: 'ecdsa-p256',
  crlEntries: 10,
  cohorts: [
    { name: 'good', defect: 'none', identities: 2 },
    { name: 'revoked', defect: 'revoked', identities: 2 },
    { name: 'held', defect: 'revoked-certificate-hold', identities: 1 },
    { name: 'compromised', defect: 'revoked-key-compromise', identities: 1 },
    { name: 'unknown-ca', defect: 'unknown-ca', identities: 1 },
  ],
  ...more,
});

/** A responder for the corpus of a spec. */
async function responderFor(of: CorpusSpec, validityMs = 3_600_000): Promise<ServiceHere> {
  const responder = await openService({
    service: 'ocsp',
    host: '127.0.0.1',
    port: 0,
    issuers: corpusIssuers(of, cacheDir),
    signing: 'ahead',
    nonce: 'echo',
    validityMs,
    faults: [],
  });
  responders.push(responder);
  return responder;
}

const identity = (corpus: Corpus, cohort: string, index = 0): Identity => {
  const found = corpus.cohorts.find(({ name }) => name === cohort)?.identities[index];
  if (found === undefined) throw new Error(`the corpus has no ${cohort}`);
  return found;
};

async function verdictsOf(corpus: Corpus, changes: Changes): Promise<Record<string, boolean>> {
  const broker = await openHere(corpus, changes);
  const verdicts: Record<string, boolean> = {};
  for (const { name, identities } of corpus.cohorts)
    for (const [index, each] of identities.entries())
      verdicts[`${name}.${index}`] = (await connectAs(broker, each)) === 0;
  return verdicts;
}

/** Causes of refusal, as the broker has counted them. */
const causes = (broker: BrokerHere): Record<string, number> =>
  Object.fromEntries(broker.tallies().map(({ cause, count }) => [cause, count]));

const figuresOf = (broker: BrokerHere) => broker.figures.read(Date.now());

describe.each([
  ['the CA is a root', {}],
  ['a CA lies between', { authorities: { depth: 2 } }],
  [
    'there are two roots and the CA below is known',
    { authorities: { depth: 2, roots: 2, intermediates: 'withheld' } },
  ],
] satisfies [string, Partial<CorpusSpec>][])('where %s', (_, more) => {
  test('the responder, asked or remembered, decides as a CRL does', async () => {
    const corpus = await makeCorpus(spec(more), { cacheDir });
    const { url: ocspUrl } = await responderFor(spec(more));
    const byCrl = await verdictsOf(corpus, { revocation: 'crl-native' });
    expect(Object.values(byCrl).filter(Boolean)).toHaveLength(2);
    expect(await verdictsOf(corpus, { revocation: 'ocsp', ocspUrl })).toEqual(byCrl);
    expect(await verdictsOf(corpus, { revocation: 'ocsp-cached', ocspUrl })).toEqual(byCrl);
  });
});

describe('openssl ocsp as the responder', () => {
  const pki = opensslPki({ only: ['ocsp', 'good', 'revoked', 'unknown', 'server'] });
  const files = {
    clientCaFile: pki.file('ca.crt'),
    serverCertFile: pki.file('server.crt'),
    serverKeyFile: pki.file('server.key'),
    crlFile: pki.file('ca.crt'),
  };
  let responder: { url: string; stop: () => Promise<void> };
  beforeAll(async () => {
    responder = await opensslResponder(pki, '-rsigner', 'ocsp.crt', '-rkey', 'ocsp.key');
  });
  afterAll(() => responder.stop());

  test.each([
    ['by POST', { method: 'POST', nonce: false }],
    ['by GET', { method: 'GET', nonce: false }],
    ['with a nonce', { method: 'POST', nonce: true }],
  ] as const)('%s: its good come in, its revoked do not, nor those that it does not know', async (_, how) => {
    const broker = await openHere(files, {
      revocation: 'ocsp',
      ocspUrl: responder.url,
      settings: { ocsp: { timeoutMs: 5000, ...how }, onUnavailable: 'fail-open' },
    });
    const connect = (name: string) =>
      attemptConnect(broker.address, {
        cert: readFileSync(pki.file(`${name}.crt`)),
        key: readFileSync(pki.file(`${name}.key`)),
        rejectUnauthorized: false,
      });
    expect(await connect('good')).toBe(0);
    expect(await connect('revoked')).not.toBe(0);
    expect(await connect('unknown')).not.toBe(0);
    expect(causes(broker)).toEqual({ accepted: 1, 'ocsp-revoked': 1, 'ocsp-unknown': 1 });
    expect(figuresOf(broker)).toMatchObject({ check: 'ocsp', requests: 3, failedOpen: 0, troubles: {} });
  });
});

describe('a responder that fails', () => {
  const faults: [string, string][] = [
    ['refuse', 'ocsp-unreachable'],
    ['drop=10', 'ocsp-unreachable'],
    ['hang', 'ocsp-timeout'],
    ['http-error', 'ocsp-http-status'],
    ['html', 'ocsp-content-type'],
    ['garbage', 'ocsp-malformed'],
    ['large-body', 'ocsp-too-large'],
    ['ocsp-error', 'ocsp-responder-error'],
    ['wrong-signature', 'ocsp-bad-signature'],
    ['wrong-cert-id', 'ocsp-cert-id-mismatch'],
    ['expired', 'ocsp-expired'],
  ];

  test.each(['fail-open', 'fail-closed'] as const)(
    '%s: each failure is named, and counted for the client',
    async (onUnavailable) => {
      const corpus = await makeCorpus(spec(), { cacheDir });
      const responder = await responderFor(spec());
      const broker = await openHere(corpus, {
        revocation: 'ocsp',
        ocspUrl: responder.url,
        settings: { ocsp: { timeoutMs: 400, nonce: false, method: 'POST' }, onUnavailable },
      });
      const open = onUnavailable === 'fail-open';
      for (const [fault, trouble] of faults) {
        const before = figuresOf(broker)?.troubles[trouble] ?? 0;
        await responder.setFaults([fault]);
        const ending = await connectAs(broker, identity(corpus, 'good'));
        expect([fault, ending === 0]).toEqual([fault, open]);
        expect([fault, figuresOf(broker)?.troubles]).toEqual([
          fault,
          expect.objectContaining({ [trouble]: before + 1 }),
        ]);
      }
      await responder.setFaults([]);
      expect(await connectAs(broker, identity(corpus, 'good'))).toBe(0);
      expect(await connectAs(broker, identity(corpus, 'revoked'))).not.toBe(0);
      const { length } = faults;
      expect(figuresOf(broker)).toMatchObject(
        open ? { failedOpen: length, failedClosed: 0 } : { failedOpen: 0, failedClosed: length },
      );
      expect(causes(broker)).toEqual({
        accepted: open ? length + 1 : 1,
        'ocsp-revoked': 1,
        ...(!open && { 'ocsp-unavailable': length }),
      });
    },
  );

  test('a client that leaves while it is asked about harms nobody', async () => {
    const corpus = await makeCorpus(spec(), { cacheDir });
    const responder = await responderFor(spec());
    await responder.setFaults(['delay=300ms']);
    const broker = await openHere(corpus, { revocation: 'ocsp', ocspUrl: responder.url });
    const ending = await connectAs(broker, identity(corpus, 'good'), { sent: (socket) => socket.destroy() });
    expect(ending).toBe('closed');
    expect(await connectAs(broker, identity(corpus, 'good'))).toBe(0);
  });
});

describe('answers that are remembered', () => {
  test('are asked for once, however many clients of one certificate wait, and hold until nextUpdate', async () => {
    const corpus = await makeCorpus(spec(), { cacheDir });
    const responder = await responderFor(spec(), 3000);
    await responder.setFaults(['delay=200ms']);
    const broker = await openHere(corpus, { revocation: 'ocsp-cached', ocspUrl: responder.url });
    const good = identity(corpus, 'good');
    const endings = await Promise.all(Array.from({ length: 8 }, () => connectAs(broker, good)));
    expect(new Set(endings)).toEqual(new Set([0]));
    expect((await responder.snapshot()).answers).toEqual({ good: 1 });
    await responder.setFaults([]);
    expect(await connectAs(broker, good)).toBe(0);
    expect(figuresOf(broker)).toMatchObject({ requests: 1, cacheHits: 1 });
    const serial = new X509Certificate(good.chain[0] ?? new Uint8Array(0)).serialNumber;
    await responder.revoke({ serials: [serial] });
    while ((await connectAs(broker, good)) === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(figuresOf(broker)?.requests).toBe(2);
  });
});

describe('where no address is given', () => {
  test("the certificate's own is asked, and one without has no status", async () => {
    const before = spec();
    const responder = await responderFor(before);
    const addressed = { ...before, certificate: { ocsp: responder.url } };
    const broker = await openHere(await makeCorpus(before, { cacheDir }), { revocation: 'ocsp' });
    const corpus = await makeCorpus(addressed, { cacheDir });
    expect(await connectAs(broker, identity(corpus, 'good'))).toBe(0);
    expect(await connectAs(broker, identity(corpus, 'revoked'))).not.toBe(0);
    expect(await connectAs(broker, identity(await makeCorpus(before, { cacheDir }), 'good'))).not.toBe(0);
    expect(figuresOf(broker)?.troubles).toEqual({ 'ocsp-no-url': 1 });
  });
});
