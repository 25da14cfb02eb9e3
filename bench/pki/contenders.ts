import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issuerNamed, makeAuthority } from '../../src/pki/authority.ts';
import { forge } from '../../src/pki/forge.ts';
import { hierarchyOf } from '../../src/pki/hierarchy.ts';
import { recipeOf } from '../../src/pki/recipes.ts';
import { plainSpec } from './cases.ts';

/** Another way to a client identity with a P-256 key, one after the other on one thread; null where it is not installed. */
export type Contender = { name: string; prepare: (dir: string) => Promise<((i: number) => unknown) | null> };

const ours: Contender = {
  name: 'certstorm, one thread',
  prepare: async () => {
    const spec = plainSpec(1);
    const hierarchy = hierarchyOf(spec);
    const [plan] = hierarchy.plans;
    if (!plan) throw new Error('a hierarchy has a root');
    const made = new Map([[plan.name, { ...makeAuthority(plan, spec.seed, {}, new Map()), plan }]]);
    const [cohort] = spec.cohorts;
    if (!cohort) throw new Error('the spec has a cohort');
    const recipe = { ...recipeOf(spec, cohort, hierarchy, made), issuers: [issuerNamed(made, plan.name)] };
    // As a maker does: many in one call.
    let batch: unknown[] = [];
    return (i) => {
      if (i % 250 === 0) batch = forge(recipe, i, i + 250);
      return batch[i % 250];
    };
  },
};

/** The part of @peculiar/x509 that is used; it is no dependency of the project and may be missing. */
type PeculiarX509 = {
  cryptoProvider: { set: (crypto: unknown) => void };
  X509CertificateGenerator: {
    createSelfSigned: (options: object) => Promise<{ subject: string }>;
    create: (options: object) => Promise<{ rawData: ArrayBuffer }>;
  };
  BasicConstraintsExtension: new (ca: boolean, pathLength: undefined, critical: boolean) => object;
  KeyUsagesExtension: new (flags: number, critical: boolean) => object;
  ExtendedKeyUsageExtension: new (purposes: string[]) => object;
  SubjectAlternativeNameExtension: new (names: object[]) => object;
  SubjectKeyIdentifierExtension: { create: (key: unknown) => Promise<object> };
  AuthorityKeyIdentifierExtension: { create: (key: unknown) => Promise<object> };
};

async function peculiarX509(): Promise<PeculiarX509 | null> {
  const name = '@peculiar/x509';
  try {
    await import('reflect-metadata' as string).catch(() => undefined);
    return (await import(name)) as PeculiarX509;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const peculiar: Contender = {
  name: '@peculiar/x509',
  prepare: async () => {
    const x509 = await peculiarX509();
    if (x509 === null) return null;
    x509.cryptoProvider.set(webcrypto);
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keyPair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const validity = { notBefore: new Date('2025-01-01'), notAfter: new Date('2049-12-31') };
    const caKeys = await keyPair();
    const ca = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=CA',
      ...validity,
      keys: caKeys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return async (i) => {
      const keys = await keyPair();
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: (0x40000000 + i).toString(16),
        subject: `O=certstorm, CN=good-${i}`,
        issuer: ca.subject,
        ...validity,
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(1, true),
          new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.2']),
          await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          new x509.SubjectAlternativeNameExtension([
            { type: 'url', value: `urn:certstorm:client:good-${i}` },
          ]),
        ],
      });
      return [certificate.rawData, await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)];
    };
  },
};

const openssl: Contender = {
  name: 'openssl command, three calls an identity',
  prepare: async (dir) => {
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
    try {
      run('version');
    } catch {
      return null;
    }
    writeFileSync(
      join(dir, 'ext.cnf'),
      `basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth
authorityKeyIdentifier=keyid
subjectKeyIdentifier=hash
subjectAltName=URI:urn:certstorm:client:good
`,
    );
    const key = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    run('genpkey', ...key, '-out', 'ca.key');
    run('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=CA', '-out', 'ca.crt');
    return (i) => {
      run('genpkey', ...key, '-out', `${i}.key`);
      run('req', '-new', '-key', `${i}.key`, '-subj', `/O=certstorm/CN=good-${i}`, '-out', `${i}.csr`);
      const by = [
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-set_serial',
        String(1000 + i),
        '-extfile',
        'ext.cnf',
      ];
      run('x509', '-req', '-in', `${i}.csr`, ...by, '-days', '3650', '-out', `${i}.crt`);
    };
  },
};

export const contenders: readonly Contender[] = [ours, peculiar, openssl];
