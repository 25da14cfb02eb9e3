import { randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  authorityName,
  certificate,
  type Issuer,
  importKey,
  keyIdentifier,
  makeAuthorities,
} from '../src/pki/authority.ts';
import { writePrivateFile } from '../src/pki/cache.ts';
import { tbsCertificateWriter } from '../src/pki/certificate.ts';
import { makeCrl } from '../src/pki/crl.ts';
import { publicKeyBits } from '../src/pki/der-reader.ts';
import { clientTemplate, forge } from '../src/pki/forge.ts';
import type { CorpusSpec } from '../src/pki/identity.ts';
import { algorithmNamed, defectNamed, defects, makeCorpus } from '../src/pki/index.ts';
import { encodeRecords, identityRecord, openPack, sealPack } from '../src/pki/pack.ts';
import { pem } from '../src/pki/pem.ts';
import { cohortSerialNumbers } from '../src/pki/serial.ts';

/**
 * What the forge costs: a corpus cold and from its cache, a CRL, and each step of one certificate. `--json` prints one JSON object.
 * Milliseconds of wall time unless the name says otherwise; the cache is in a temporary folder that is removed.
 */
const seed = 7;
const algorithm = algorithmNamed('ecdsa-p256');
const now = () => performance.now();
const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The quickstart's shape: half of it good, the rest shared among the other defects that carry a certificate. */
function spec(identities: number): CorpusSpec {
  const wrong = defects.filter(({ name, certificate: has }) => name !== 'none' && has);
  const each = Math.floor(identities / 2 / wrong.length);
  return {
    seed,
    algorithm: algorithm.name,
    crlEntries: 1000,
    cohorts: [
      { name: 'good', defect: 'none', identities: identities - each * wrong.length },
      ...wrong.map(({ name }) => ({ name, defect: name, identities: each })),
      { name: 'no-certificate', defect: 'no-certificate', identities: 0 },
    ],
  };
}

async function corpus(identities: number, dir: string) {
  const cacheDir = join(dir, String(identities));
  const cpu = process.cpuUsage();
  const cold = await makeCorpus(spec(identities), { cacheDir });
  const { user, system } = process.cpuUsage(cpu);
  const warm = await makeCorpus(spec(identities), { cacheDir });
  const bytes = readdirSync(cold.dir).reduce((sum, name) => sum + statSync(join(cold.dir, name)).size, 0);
  return {
    identities,
    coldMs: rounded(cold.made.ms),
    coldCpuMs: rounded((user + system) / 1000),
    fromCacheMs: rounded(warm.made.ms),
    cacheMiB: rounded(bytes / 2 ** 20, 2),
  };
}

function crl(entries: number, issuer: Issuer) {
  const start = now();
  const { der } = makeCrl({ seed, algorithm, issuer, revoked: [], entries });
  const made = now();
  const text = pem('X509 CRL', der);
  return {
    entries,
    derMs: rounded(made - start),
    pemMs: rounded(now() - made),
    derBytes: der.length,
    pemBytes: text.length,
  };
}

/** Microseconds an operation: the median of nine batches, so that one disturbed batch does not count. */
function microseconds(batch: number, operation: (i: number) => unknown): number {
  for (let i = 0; i < batch; i += 1) operation(i);
  const batches = Array.from({ length: 9 }, () => {
    const start = now();
    for (let i = 0; i < batch; i += 1) operation(i);
    return ((now() - start) * 1000) / batch;
  });
  return rounded(batches.toSorted((a, b) => a - b)[4] ?? 0, 2);
}

/** Each step of one certificate on one thread. */
function steps(issuer: Issuer, dir: string) {
  const recipe = { seed, cohort: 'good', algorithm, defect: defectNamed('none'), issuer };
  const writeTbs = tbsCertificateWriter(clientTemplate(recipe));
  const pair = algorithm.makeKeyPair();
  const keyId = keyIdentifier(pair.publicKey);
  const serialNumber = cohortSerialNumbers(seed, 'good', 0, 1)[0] ?? randomBytes(16);
  const subject = { clientId: 'good-00001', index: 0, serialNumber, spki: pair.spki, keyId };
  const tbs = writeTbs(subject);
  const key = importKey(issuer.pkcs8);
  const signature = sign('sha256', tbs, key);
  const identities = forge(recipe, 0, 1000);
  const records = encodeRecords(identities.map(identityRecord));
  const address = '00'.repeat(32);
  const pack = sealPack(address, 1000, [records]);
  const perThousand = (operation: () => unknown) => rounded(microseconds(10, operation) / 1000, 2);
  return {
    keyUs: microseconds(300, () => algorithm.makeKeyPair()),
    keyIdentifierUs: microseconds(1000, () => keyIdentifier(pair.publicKey)),
    tbsDerUs: microseconds(1000, () => writeTbs(subject)),
    signatureUs: microseconds(300, () => algorithm.sign(tbs, key)),
    certificateDerUs: microseconds(1000, () => certificate(tbs, algorithm.signatureAlgorithm, signature)),
    wholeIdentityUs: rounded(microseconds(1, () => forge(recipe, 0, 250)) / 250, 2),
    packUs: perThousand(() => sealPack(address, 1000, [encodeRecords(identities.map(identityRecord))])),
    diskWriteUs: perThousand(() => writePrivateFile(join(dir, 'pack'), pack, true)),
    unpackUs: perThousand(() => openPack(pack, address)),
  };
}

const dir = mkdtempSync(join(tmpdir(), 'certstorm-bench-pki-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const ca = makeAuthorities(seed, algorithm)['client-ca'];
const issuer = {
  name: authorityName('client-ca', seed),
  keyId: keyIdentifier(publicKeyBits(ca.certificate)),
  pkcs8: ca.pkcs8,
};
const result = {
  bench: 'pki',
  runtime: process.version,
  openssl: process.versions.openssl,
  threads: availableParallelism(),
  algorithm: algorithm.name,
  corpora: [await corpus(2000, dir), await corpus(10_000, dir)],
  crls: [crl(100_000, issuer), crl(1_000_000, issuer)],
  perIdentity: steps(issuer, dir),
  peakRssMiB: rounded(process.resourceUsage().maxRSS / 1024),
};
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
else print(result);

type Row = Record<string, number>;

function print(result: {
  runtime: string;
  threads: number;
  corpora: Row[];
  crls: Row[];
  perIdentity: Row;
  peakRssMiB: number;
}) {
  const lines = [
    `Node ${result.runtime}, ${result.threads} threads, peak RSS ${result.peakRssMiB} MiB`,
    ...[...result.corpora, ...result.crls, result.perIdentity].map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name} ${value}`)
        .join('   '),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
