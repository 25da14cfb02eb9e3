import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { defects, makeCorpus } from '../../src/pki/index.ts';
import { corpusIssuers } from '../../src/pki/ocsp/corpus-issuers.ts';
import { certIdOf, encodeOcspRequest, verifyOcspResponse } from '../../src/pki/ocsp/index.ts';
import { pem } from '../../src/pki/pem.ts';
import { ask } from './http-client.ts';
import { openHere } from './open-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'certstorm-ocsp-defects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Not DER: OpenSSL reads them all the same, and then asks about another serial number than is in them for us. */
const notDer: readonly string[] = ['ber-length', 'indefinite-length'];

/** Their issuers are no CAs that clients are trusted by: the handshake refuses them, and nobody asks the responder. */
const ofOtherIssuers: readonly string[] = [
  'unknown-ca',
  'self-signed',
  'missing-intermediate',
  'sha1-signature',
  'md5-signature',
  'leaf-as-ca',
  'path-length-exceeded',
  'name-constraint-violated',
];

const run = promisify(execFile);

/** Not run in step with us: the service that it asks lives in this process. */
async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('openssl', args, { cwd: folder, timeout: 30_000 });
  return stdout;
}

/** The names of issuer and subject in a file, digested by OpenSSL; null where it can't read the certificate. */
async function namesIn(file: string): Promise<{ issuer: string; subject: string } | null> {
  try {
    const [issuer = '', subject = ''] = (
      await openssl('x509', '-in', file, '-noout', '-issuer_hash', '-subject_hash')
    ).split('\n');
    return { issuer, subject };
  } catch {
    return null;
  }
}

/** What `openssl ocsp` is told of each: `good`, `revoked` or `unknown`; it has checked the answer's signature before it says so. */
async function toldToOpenssl(url: string, ca: string, names: readonly string[]): Promise<string[][]> {
  const certificates = names.flatMap((name) => ['-cert', `${name}.crt`]);
  const said = await openssl('ocsp', '-issuer', ca, '-CAfile', ca, '-url', url, '-no_nonce', ...certificates);
  return [...said.matchAll(/^(\S+)\.crt: (good|revoked|unknown)$/gm)].map(([, name = '', status = '']) => [
    name,
    status,
  ]);
}

async function toldToUs(url: string, ca: Uint8Array, leaf: Uint8Array): Promise<string> {
  const id = certIdOf(leaf, ca);
  const { body } = await ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/ocsp-request' },
    body: Buffer.from(encodeOcspRequest([id])),
  });
  const verdict = verifyOcspResponse(body, { issuer: ca, serialNumber: id.serialNumber });
  return verdict.valid ? verdict.status.kind : verdict.cause;
}

test('of every defect whose certificate can be read, our verifier and `openssl ocsp` are told the same', async () => {
  const spec = {
    seed: 11,
    algorithm: 'ecdsa-p256',
    crlEntries: 100,
    cohorts: defects.map(({ name }) => ({ name, defect: name, identities: 2 })),
  };
  const corpus = await makeCorpus(spec, { cacheDir: folder, threads: 1 });
  const issuers = corpusIssuers(spec, folder);
  const leaves = new Map<string, Uint8Array>();
  for (const { name, identities } of corpus.cohorts) {
    const leaf = identities[0]?.chain[0];
    if (leaf === undefined || leaf.length === 0 || notDer.includes(name)) continue;
    writeFileSync(join(folder, `${name}.crt`), pem('CERTIFICATE', leaf));
    leaves.set(name, leaf);
  }
  const read = await Promise.all(
    [...leaves.keys()].map(async (name) => ({ name, names: await namesIn(`${name}.crt`) })),
  );
  const service = await openHere({
    service: 'ocsp',
    host: '127.0.0.1',
    port: 0,
    issuers,
    signing: 'pre-signed',
    nonce: 'ignore',
    validityMs: 3_600_000,
    faults: [],
  });
  const told = new Map<string, string>();
  try {
    for (const [number, { caPem }] of issuers.entries()) {
      const file = `issuer-${number}.pem`;
      writeFileSync(join(folder, file), caPem);
      const ca = new X509Certificate(caPem).raw;
      const caNames = await namesIn(file);
      const its = read.flatMap(({ name, names }) =>
        names !== null && names.issuer === caNames?.subject ? [name] : [],
      );
      const us: string[][] = [];
      for (const name of its)
        us.push([name, await toldToUs(`${service.url}/`, ca, leaves.get(name) ?? new Uint8Array())]);
      expect(us).toEqual(await toldToOpenssl(`${service.url}/`, file, its));
      for (const [name = '', status = ''] of us)
        if (told.get(name) === undefined || status !== 'unknown') told.set(name, status);
    }
  } finally {
    await service.stop();
  }
  const askedByNobody = read.flatMap(({ name, names }) => (names !== null && !told.has(name) ? [name] : []));
  expect(askedByNobody).toEqual(ofOtherIssuers);
  expect(told.size).toBeGreaterThan(45);
  expect(told.get('none')).toBe('good');
  const revoked = defects.filter((defect) => defect.revoked !== undefined).map(({ name }) => name);
  expect(revoked.map((name) => [name, told.get(name)])).toEqual(revoked.map((name) => [name, 'revoked']));
});
