import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { type Defect, defectNames, defects, makeCorpus } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { lies } from '../../src/wire/lies/index.ts';
import { opensslVerify, type Verdict } from './openssl-verify.ts';
import { identitiesOf, leafOf, scratchFolder } from './scratch.ts';
import { cohortOf, everyDefect } from './specs.ts';

const folder = scratchFolder();
let corpus: Corpus;
beforeAll(async () => {
  corpus = await makeCorpus(everyDefect(2), { cacheDir: join(folder, 'cache') });
});

const presented = defects.filter(({ certificate }) => certificate);
/** Those whose certificates OpenSSL reads, whatever it then says of them. */
const readable = presented.filter(({ undecodable }) => !undecodable);
const first = (defect: string): Identity => {
  const [identity] = identitiesOf(corpus, cohortOf(defect));
  if (!identity) throw new Error(`no identity with ${defect}`);
  return identity;
};
const chainPem = ({ chain }: Identity): Buffer =>
  Buffer.concat(chain.map((certificate) => pem('CERTIFICATE', certificate)));
const keyPem = ({ key }: Identity): Buffer => pem('PRIVATE KEY', key ?? new Uint8Array(0));

describe('the registry', () => {
  test('says of every defect what it breaks and what must become of it, under a name of its own', () => {
    expect(defectNames).toEqual(defects.map(({ name }) => name));
    expect(new Set(defectNames).size).toBe(defects.length);
    for (const { name, describe: words, clause } of defects) {
      expect(words).not.toBe('');
      if (name !== 'none') expect(clause).toMatch(/^RFC \d{4} [\dA]/);
    }
  });

  test('names lies that the wire client knows, and leaves them to it', () => {
    const known = lies.map(({ name }) => name);
    for (const { lie, driver } of defects) {
      if (lie === undefined) continue;
      expect(known).toContain(lie);
      expect(driver).toBe('wire');
    }
    expect(corpus.cohorts.find(({ name }) => name === 'mismatched-key')?.lie).toBe('foreign-key');
    expect(corpus.cohorts.find(({ name }) => name === 'good')?.lie).toBeUndefined();
  });

  test('wants the wire driver exactly where Node can’t present the very bytes, or a lie is told', () => {
    for (const { name, driver, lie } of presented) {
      const identity = first(name);
      expect([name, driver ?? 'any']).toEqual([
        name,
        lie !== undefined || !nodePresents(identity) ? 'wire' : 'any',
      ]);
    }
  });
});

/** Whether Node loads the chain and would send what it was given. */
function nodePresents(identity: Identity): boolean {
  try {
    const { context } = tls.createSecureContext({ key: keyPem(identity), cert: chainPem(identity) });
    const { getCertificate } = context as { getCertificate?: () => Buffer };
    return (
      getCertificate === undefined || Buffer.compare(getCertificate.call(context), leafOf(identity)) === 0
    );
  } catch {
    return false;
  }
}

/** What `openssl verify` has to say by the registry: with `-x509_strict`, or without. */
function announced({ verifyErrors, strictOnly }: Defect, strict: boolean): Verdict {
  const [name] = verifyErrors;
  return name === undefined || (strictOnly && !strict) ? 'OK' : name;
}

describe('openssl verify', () => {
  const ask = (flags: readonly string[]): Map<string, Verdict> => {
    const named = new Map(
      presented.flatMap(({ name }) =>
        identitiesOf(corpus, cohortOf(name)).map((identity, i) => [`${name}.${i}`, identity] as const),
      ),
    );
    return opensslVerify(folder, corpus, named, flags);
  };

  test('judges every certificate as the registry says, strict', () => {
    const verdicts = ask(['-x509_strict']);
    for (const defect of readable)
      for (const i of [0, 1])
        expect([defect.name, verdicts.get(`${defect.name}.${i}`)]).toEqual([
          defect.name,
          announced(defect, true),
        ]);
  });

  test('and as brokers ask, who are not strict', () => {
    const verdicts = ask([]);
    for (const defect of readable) {
      if (defect.name === 'signature-algorithm-mismatch') continue; // named otherwise, and refused all the same
      expect([defect.name, verdicts.get(`${defect.name}.0`)]).toEqual([
        defect.name,
        announced(defect, false),
      ]);
    }
    expect(verdicts.get('signature-algorithm-mismatch.0')).toBe('CERT_SIGNATURE_FAILURE');
  });

  test('can’t read what is no certificate at all', () => {
    const verdicts = ask([]);
    for (const { name } of presented.filter(({ undecodable }) => undecodable)) {
      // The command reads as far as the certificate goes; TLS libraries look at what is behind it, too.
      expect([name, verdicts.get(`${name}.0`)]).toEqual([
        name,
        name === 'trailing-bytes' ? 'OK' : 'unreadable',
      ]);
    }
  });

  test('lets a certificate that ends within the run in before it ends', () => {
    const named = new Map([['ends', first('ends-within-run')]]);
    const at = (date: string) => ['-attime', String(Date.parse(date) / 1000)];
    expect(opensslVerify(folder, corpus, named, at('2025-06-01T23:59:59Z')).get('ends')).toBe('OK');
    expect(opensslVerify(folder, corpus, named, at('2025-06-02T00:00:01Z')).get('ends')).toBe(
      'CERT_HAS_EXPIRED',
    );
  });
});

describe('what is no defect of the certificate itself', () => {
  test('every key belongs to the certificate, but that lies are told about', () => {
    for (const { name } of readable) {
      if (name === 'time-without-seconds') continue; // Node does not read it
      for (const identity of identitiesOf(corpus, cohortOf(name))) {
        const certificate = new X509Certificate(leafOf(identity));
        const key = createPrivateKey({ key: Buffer.from(identity.key ?? []), format: 'der', type: 'pkcs8' });
        expect([name, certificate.checkPrivateKey(key)]).toEqual([name, true]);
      }
    }
  });

  test('two identities after each other share a serial number where that is the defect', () => {
    const [a, b] = identitiesOf(corpus, 'shared-serial').map(
      (identity) => new X509Certificate(leafOf(identity)).serialNumber,
    );
    expect(a).toBe(b);
  });

  test('a subject holds what it is said to hold, and the certificate of 64 kB is read', () => {
    const subject = (defect: string) => new X509Certificate(leafOf(first(defect))).subject;
    expect(subject('nul-in-subject')).toContain('\\00');
    expect(subject('script-in-subject')).toContain('alert(1)');
    expect(subject('rtl-in-subject')).toContain('\u202e');
    expect(leafOf(first('huge-subject')).length).toBeGreaterThan(65_536);
  });
});

describe('a Node TLS server', () => {
  test.each([
    ['without a CRL', false],
    ['with the CRLs', true],
  ])('%s sees the verify error that the registry names', async (_, withCrl) => {
    const server = tls.createServer({
      cert: readFileSync(corpus.serverCertFile),
      key: readFileSync(corpus.serverKeyFile),
      ca: readFileSync(corpus.clientCaFile),
      ...(withCrl && { crl: crlsOf(corpus) }),
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const seen: Record<string, string> = {};
    const asked = presented.filter(({ driver }) => driver !== 'wire');
    try {
      for (const { name } of asked) {
        const identity = first(name);
        const client = tls.connect({
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          ca: readFileSync(corpus.serverCaFile),
          key: keyPem(identity),
          cert: chainPem(identity),
        });
        const [socket]: tls.TLSSocket[] = await once(server, 'secureConnection');
        seen[name] = socket?.authorized ? 'authorized' : String(socket?.authorizationError);
        expect(client.authorized).toBe(true);
        client.destroy();
        socket?.destroy();
      }
    } finally {
      server.close();
    }
    for (const defect of asked) {
      const unseen = announced(defect, false) === 'OK' || (defect.revoked && !withCrl);
      if (unseen) expect([defect.name, seen[defect.name]]).toEqual([defect.name, 'authorized']);
      else expect(defect.verifyErrors, `${defect.name}: ${seen[defect.name]}`).toContain(seen[defect.name]);
    }
  });
});

/** Node takes one CRL a string. */
function crlsOf({ crlFile }: Corpus): string[] {
  return readFileSync(crlFile, 'latin1').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\n/g) ?? [];
}

test('under an RSA and an Ed25519 CA every defect comes to the same', async () => {
  for (const algorithm of ['rsa-2048', 'ed25519']) {
    const dir = join(folder, algorithm);
    mkdirSync(dir);
    const other = await makeCorpus(everyDefect(1, { algorithm, keys: 'pooled', keyPool: 2 }), {
      cacheDir: join(folder, 'cache'),
    });
    const named = new Map(
      readable.flatMap(({ name }) =>
        identitiesOf(other, cohortOf(name)).map((each) => [name, each] as const),
      ),
    );
    const verdicts = opensslVerify(dir, other, named, ['-x509_strict']);
    const expected = readable.map((defect) => [defect.name, announced(defect, true)]);
    expect(readable.map(({ name }) => [name, verdicts.get(name)])).toEqual(expected);
  }
});
