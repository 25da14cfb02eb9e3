import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { certificateFields, children, readTlv } from '../../src/pki/der-reader.ts';
import { pem } from '../../src/pki/pem.ts';
import { LimboError } from './limbo-error.ts';

/**
 * NIST's Public Key Interoperability Test Suite, which the Python package cryptography-vectors carries (pip install cryptography-vectors):
 * its folder, or null where that is not installed.
 */
export function findPkits(): string | null {
  const { stdout } = spawnSync(
    'python3',
    ['-c', 'import cryptography_vectors; print(cryptography_vectors.__file__)'],
    {
      encoding: 'utf8',
    },
  );
  const folder = join((stdout ?? '').trim(), '..', 'x509', 'PKITS_data');
  return existsSync(join(folder, 'certs')) ? folder : null;
}

export const filesIn = (folder: string, ending: string): { name: string; bytes: Buffer }[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .toSorted()
    .map((file) => ({ name: basename(file, ending), bytes: readFileSync(join(folder, file)) }));

/** Within the validity of all that is meant to be valid. */
const time = '2020-01-01T00:00:00Z';

type Known = { name: string; der: Buffer; subject: string; issuer: string };

/**
 * A case in limbo's format for each end entity of PKITS, with every CA and every CRL on a path above it: a broker finds its way. What a
 * test says of certificate policies is left to limbo's own expectation, since no broker asks for any.
 */
export function pkitsCases(): unknown[] {
  const folder = findPkits();
  if (folder === null)
    throw new LimboError('usage', '--pkits: NIST PKITS is not installed: pip install cryptography-vectors');
  const known = filesIn(join(folder, 'certs'), '.crt').map(({ name, bytes }) => knownOf(name, bytes));
  const anchor = known.find(({ name }) => name === 'TrustAnchorRootCertificate');
  if (anchor === undefined) throw new LimboError('usage', `--pkits: there is no trust anchor in ${folder}`);
  const authorities = known.filter(({ name }) => !name.endsWith('EE') && name !== anchor.name);
  const crls = crlsByIssuer(join(folder, 'crls'), known);
  return known
    .filter(({ name }) => name.endsWith('EE'))
    .map((leaf) => {
      const above = authoritiesAbove(leaf, authorities);
      const issuers = new Set([leaf, ...above].map(({ issuer }) => issuer));
      return {
        id: `pkits::${leaf.name}`,
        description: leaf.name,
        validation_kind: 'CLIENT',
        trusted_certs: [certificate(anchor)],
        untrusted_intermediates: above.map(certificate),
        peer_certificate: certificate(leaf),
        peer_certificate_key: keyIn(join(folder, 'pkcs12', `${leaf.name}.p12`)),
        validation_time: time,
        expected_result: /^(Valid|All)/.test(leaf.name) ? 'SUCCESS' : 'FAILURE',
        crls: [...issuers].flatMap((issuer) => crls.get(issuer) ?? []),
      };
    });
}

/** Names are compared as RFC 5280 7.1 has it, near enough: without regard to case and to runs of spaces. */
const folded = (name: string): string => name.toLowerCase().replace(/ +/g, ' ');

function knownOf(name: string, der: Buffer): Known {
  const { subject, issuer } = new X509Certificate(der);
  return { name, der, subject: folded(subject ?? ''), issuer: folded(issuer ?? '') };
}

function authoritiesAbove(leaf: Known, authorities: readonly Known[]): Known[] {
  const found = new Set<Known>();
  const wanted = [leaf.issuer];
  for (let issuer = wanted.pop(); issuer !== undefined; issuer = wanted.pop())
    for (const authority of authorities)
      if (authority.subject === issuer && !found.has(authority)) {
        found.add(authority);
        wanted.push(authority.issuer);
      }
  return [...found];
}

function crlsByIssuer(folder: string, known: readonly Known[]): Map<string, string[]> {
  const subjects = new Map(
    known.map(({ der, subject }) => [
      Buffer.from(certificateFields(der)?.subject ?? []).toString('latin1'),
      subject,
    ]),
  );
  const found = new Map<string, string[]>();
  for (const { bytes } of filesIn(folder, '.crl')) {
    const issuer = subjects.get(issuerOf(bytes));
    if (issuer === undefined) continue;
    found.set(issuer, [...(found.get(issuer) ?? []), pem('X509 CRL', bytes).toString('latin1')]);
  }
  return found;
}

/** RFC 5280 5.1.2: the version may be missing, the signature's algorithm stands before the issuer. */
function issuerOf(crl: Uint8Array): string {
  const outer = readTlv(crl, 0);
  const tbs = outer && readTlv(crl, outer.contents, outer.end);
  const [, issuer] = tbs ? children(crl, tbs).filter(({ tag }) => tag === 0x30) : [];
  return issuer ? Buffer.from(crl.subarray(issuer.start, issuer.end)).toString('latin1') : '';
}

const certificate = ({ der }: Known): string => pem('CERTIFICATE', der).toString('latin1');

/** They are encrypted with RC2, which OpenSSL has in its legacy provider alone. Null where there is none. */
function keyIn(file: string): string | null {
  const { stdout } = spawnSync(
    'openssl',
    ['pkcs12', '-in', file, '-nocerts', '-nodes', '-passin', 'pass:password', '-legacy'],
    { encoding: 'latin1' },
  );
  return /-----BEGIN [\s\S]*-----END .*-----/.exec(stdout ?? '')?.[0] ?? null;
}
