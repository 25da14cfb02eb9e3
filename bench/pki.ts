import { execFileSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { issuerNamed, makeAuthority } from '../src/pki/authority.ts';
import { writePrivateFile } from '../src/pki/cache.ts';
import { tbsCertificateWriter } from '../src/pki/certificate.ts';
import { clientTemplate } from '../src/pki/client-template.ts';
import { forge } from '../src/pki/forge.ts';
import { hierarchyOf } from '../src/pki/hierarchy.ts';
import { importKey, keyIdentifier } from '../src/pki/key-source.ts';
import { encodeRecords, identityRecord, openPack, sealPack } from '../src/pki/pack.ts';
import { recipeOf } from '../src/pki/recipes.ts';
import { algorithmNamed } from '../src/pki/registry.ts';
import { cohortSerialNumbers } from '../src/pki/serial.ts';
import { cases, peakRssMiB, plainSpec, rounded } from './pki/cases.ts';
import { contenders } from './pki/contenders.ts';

/**
 * What the forge costs: corpora cold and from the cache, CRLs, each step of one certificate, and the other ways to an identity side by
 * side. `--json` prints one JSON object; `--case NAME` is what it calls itself with. Milliseconds of wall time unless the name says
 * otherwise; the cache is in a temporary folder that is removed.
 */
const dir = mkdtempSync(join(tmpdir(), 'certstorm-bench-pki-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

type Row = Record<string, number | string | boolean>;

/** A case in a process of its own. */
function inChild(name: string): Row {
  const text = execFileSync(process.execPath, [import.meta.filename, '--case', name], { encoding: 'utf8' });
  return { case: name, ...(JSON.parse(text) as Row) };
}

/** Microseconds an operation: the median of nine batches, so that one disturbed batch does not count. */
function microseconds(batch: number, operation: (i: number) => unknown): number {
  for (let i = 0; i < batch; i += 1) operation(i);
  const batches = Array.from({ length: 9 }, () => {
    const start = performance.now();
    for (let i = 0; i < batch; i += 1) operation(i);
    return ((performance.now() - start) * 1000) / batch;
  });
  return rounded(batches.toSorted((a, b) => a - b)[4] ?? 0, 2);
}

/** Each step of one certificate on one thread. */
function steps(): Row {
  const spec = plainSpec(1);
  const hierarchy = hierarchyOf(spec);
  const [plan] = hierarchy.plans;
  const [cohort] = spec.cohorts;
  if (!plan || !cohort) throw new Error('a hierarchy has a root, and the spec a cohort');
  const made = new Map([[plan.name, { ...makeAuthority(plan, spec.seed, {}, new Map()), plan }]]);
  const recipe = recipeOf(spec, cohort, hierarchy, made);
  const issuer = issuerNamed(made, plan.name);
  const algorithm = algorithmNamed(spec.algorithm);
  const { signatureAlgorithm } = algorithm;
  const template = { seed: spec.seed, cohort: 'good', signatureAlgorithm, issuer, certificate: {} };
  const writeTbs = tbsCertificateWriter(clientTemplate(template));
  const pair = algorithm.makeKeyPair();
  const keyId = keyIdentifier(pair.publicKey);
  const [serialNumber = new Uint8Array(1)] = cohortSerialNumbers(spec.seed, 'good', 0, 1);
  const subject = { clientId: 'good-00001', index: 0, serialNumber, spki: pair.spki, keyId };
  const tbs = writeTbs(subject);
  const key = importKey(issuer.pkcs8);
  const identities = forge(recipe, 0, 1000);
  const records = encodeRecords(identities.map(identityRecord));
  const address = '00'.repeat(32);
  const pack = sealPack(address, 1000, [records]);
  const perThousand = (operation: () => unknown) => rounded(microseconds(10, operation) / 1000, 2);
  return {
    keyUs: microseconds(300, () => algorithm.makeKeyPair()),
    keyIdentifierUs: microseconds(1000, () => keyIdentifier(pair.publicKey)),
    tbsDerUs: microseconds(1000, () => writeTbs(subject)),
    signatureUs: microseconds(300, () => sign('sha256', tbs, key)),
    allUs: perThousand(() => forge(recipe, 0, 1000)),
    packUs: perThousand(() => sealPack(address, 1000, [encodeRecords(identities.map(identityRecord))])),
    diskWriteUs: perThousand(() => writePrivateFile(join(dir, 'pack'), pack, true)),
    unpackUs: perThousand(() => openPack(pack, address)),
  };
}

/**
 * RSA-2048 with pooled keys beside P-256 with fresh ones, on disk both. Where the CA is an RSA one too, its signatures are what is paid
 * for, whoever makes them: that many microseconds each, on as many threads as there are.
 */
function pooledRsa(rows: readonly Row[]): Row {
  const coldMs = (name: string) => Number(rows.find((row) => row.case === name)?.coldMs);
  const p256Ms = coldMs('p256-10000-on-disk');
  const times = (name: string) => rounded(coldMs(name) / p256Ms, 2);
  const tbs = Buffer.alloc(500);
  const signatureUs = (name: string) => {
    const key = importKey(algorithmNamed(name).makeKeyPair().pkcs8);
    return microseconds(100, () => sign('sha256', tbs, key));
  };
  return {
    timesP256WithP256Ca: times('rsa2048-pooled-10000-p256-ca'),
    timesP256WithRsaCa: times('rsa2048-pooled-10000-rsa-ca'),
    rsaSignatureUs: signatureUs('rsa-2048'),
    p256SignatureUs: signatureUs('ecdsa-p256'),
    why: 'with an RSA CA each certificate costs an RSA signature, which no pool of keys saves; caAlgorithm: ecdsa-p256 does',
  };
}

/** Long enough to tell them apart, short enough to be waited for. */
const contenderMs = 1500;

/** Turn by turn, so that a disturbance does not meet one of them alone. */
async function sideBySide(): Promise<Row[]> {
  const ready = await Promise.all(
    contenders.map(async ({ name, prepare }, i) => {
      const own = join(dir, `contender-${i}`);
      mkdirSync(own);
      return { name, make: await prepare(own), ms: 0, identities: 0 };
    }),
  );
  for (let turn = 0; turn < 3; turn += 1) {
    for (const contender of ready) {
      if (contender.make === null) continue;
      const start = performance.now();
      while (performance.now() - start < contenderMs / 3) {
        // A batch at least, so that ours is not cut in the middle of one.
        const batch = contender.name.startsWith('certstorm') ? 250 : 1;
        for (let i = 0; i < batch; i += 1) await contender.make(contender.identities++);
      }
      contender.ms += performance.now() - start;
    }
  }
  const oursMs = (ready[0]?.ms ?? 0) / (ready[0]?.identities || 1);
  return ready.map(({ name, make, ms, identities }) =>
    make === null
      ? { contender: name, missing: 'not installed' }
      : {
          contender: name,
          identities,
          msPerIdentity: rounded(ms / identities, 3),
          timesOurs: rounded(ms / identities / oursMs),
        },
  );
}

const only = process.argv[process.argv.indexOf('--case') + 1];
const chosen = process.argv.includes('--case') && only !== undefined ? cases[only] : undefined;
if (chosen) {
  const row = await chosen(dir);
  process.stdout.write(JSON.stringify({ ...row, peakRssMiB: peakRssMiB() }));
} else {
  const rows = Object.keys(cases).map(inChild);
  const result = {
    bench: 'pki',
    runtime: process.version,
    openssl: process.versions.openssl,
    threads: availableParallelism(),
    algorithm: 'ecdsa-p256',
    cases: rows,
    crl1M: rows.find((row) => row.case === 'crl-1000000') ?? {},
    pooledRsa: pooledRsa(rows),
    sideBySide: await sideBySide(),
    perIdentity: steps(),
  };
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else print(result);
}

function print(result: {
  runtime: string;
  threads: number;
  cases: Row[];
  sideBySide: Row[];
  pooledRsa: Row;
  perIdentity: Row;
}) {
  const lines = [
    `Node ${result.runtime}, ${result.threads} threads`,
    ...[...result.cases, ...result.sideBySide, result.pooledRsa, result.perIdentity].map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name} ${value}`)
        .join('   '),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
