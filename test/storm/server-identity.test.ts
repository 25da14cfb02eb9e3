import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverNames } from '../../src/storm/drivers/index.ts';
import { authority, extensions, issue, keyPem, type Party, pem, serverParty } from '../wire/pki.ts';
import { attempt, client } from './attempt-once.ts';
import { type TestCorpus, testCorpus } from './corpus.ts';
import { acceptAll, tlsServer } from './servers.ts';

let corpus: TestCorpus;
beforeAll(async () => {
  corpus = await testCorpus(['none'], 1);
});
afterAll(() => corpus.remove());

const day = 86_400_000;
const root = authority('root');
const between = authority('between', root);
const names = extensions.names(['localhost']);

/** Each driver's word on a server that shows this chain, asked twice: the first answer is worked out, the second may be remembered. */
async function verdicts(chain: Party[], roots: Party[] = [root]): Promise<Record<string, string[]>> {
  const [leaf] = chain;
  const [identity] = corpus.identities('none');
  if (leaf === undefined || identity === undefined) throw new Error('nobody to ask, or nobody to ask about');
  const server = await tlsServer(corpus, acceptAll, {
    key: keyPem(leaf.key),
    cert: chain.map(({ certificate }) => pem(certificate)).join(''),
  });
  const told: Record<string, string[]> = {};
  for (const driver of driverNames) {
    const serverCa = roots.map(({ certificate }) => pem(certificate)).join('');
    const who = client(corpus, identity, { driver, serverCa });
    const outcomes = [await attempt(who, server.port), await attempt(who, server.port)];
    told[driver] = outcomes.map(({ outcome }) =>
      outcome?.kind === 'accepted' ? 'believed' : (outcome?.detail.replace(/: .*/, '') ?? 'nothing'),
    );
  }
  await server.close();
  return told;
}

const all = (word: string) => Object.fromEntries(driverNames.map((name) => [name, [word, word]]));

describe('the drivers, of which one asks OpenSSL in every handshake and two judge a chain once, believe the same servers:', () => {
  it.each<[string, Party[], Party[]?]>([
    ['one of the root itself', [serverParty(root)]],
    ['one with an authority between them, which it sends along', [serverParty(between), between]],
    ['one that sends its root along', [serverParty(between), between, root]],
    ['one of the second of two roots', [serverParty(root)], [authority('other'), root]],
  ])('%s', async (_, chain, roots) => {
    expect(await verdicts(chain, roots)).toEqual(all('believed'));
  });

  it.each<[string, Party[], Party[]?]>([
    ['one whose authority it does not send', [serverParty(between)]],
    ['one of another root', [serverParty(root)], [authority('other')]],
    ['one of another root by the same name', [serverParty(root)], [authority('root')]],
    [
      'one that has expired',
      [serverParty(root, { notBefore: Date.now() - 2 * day, notAfter: Date.now() - day })],
    ],
    [
      'one that is yet to come',
      [serverParty(root, { notBefore: Date.now() + day, notAfter: Date.now() + 2 * day })],
    ],
    ['one whose signature is wrong', [serverParty(root, { breakSignature: true })]],
    ['one for clients alone', [serverParty(root, { extensions: [names, extensions.clientAuth] })]],
    [
      'one of an issuer that is no authority',
      (() => {
        const none = issue({ commonName: 'none', issuer: root, extensions: [extensions.keyUsage(0x80)] });
        return [serverParty(none), none];
      })(),
    ],
  ])('not %s', async (_, chain, roots) => {
    expect(await verdicts(chain, roots)).toEqual(all('server not trusted'));
  });
});

describe('a ticket', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of a server that is not believed is never offered (%s)',
    async (version) => {
      const [identity] = corpus.identities('none');
      if (identity === undefined) throw new Error('the corpus has no identity');
      const stranger = serverParty(authority('other'));
      let resumed = 0;
      const server = await tlsServer(
        corpus,
        (socket) => {
          if (socket.isSessionReused()) resumed++;
          acceptAll(socket);
        },
        {
          key: keyPem(stranger.key),
          cert: pem(stranger.certificate),
          minVersion: version,
          maxVersion: version,
        },
      );
      for (const driver of version === 'TLSv1.3' ? driverNames : ['node', 'mqttjs']) {
        const settings = { driver, serverCa: pem(root.certificate), resumes: true };
        const who = client(corpus, identity, settings);
        for (let tries = 0; tries < 3; tries++) {
          const { outcome } = await attempt(who, server.port, settings);
          expect(outcome, driver).toMatchObject({ kind: 'local-error' });
          expect(outcome?.detail, driver).toMatch(/^server not trusted/);
        }
      }
      await server.close();
      expect(resumed).toBe(0);
    },
  );
});
